// Tells a customer whose payment failed what to do. In any trouble: nothing.
(() => {
  try {
    const script = document.currentScript;
    const set = script.dataset;
    if (!set.user) return;
    const url = new URL(`/v1/status/${encodeURIComponent(set.user)}`, script.src);
    if (set.hash) url.searchParams.set('user_hash', set.hash);

    const memory = (work) => {
      try {
        return work(sessionStorage);
      } catch {}
    };
    const money = ({ amount_due: amount, currency }) =>
      amount === null || !currency
        ? ''
        : amount.toLocaleString(document.documentElement.lang || undefined, { style: 'currency', currency });
    const texts = {
      dunning: set.textDunning || 'Your last payment did not go through. Please update your payment method.',
      pre_dunning: set.textPreDunning || 'Your card expires soon. Please update your payment method.',
    };
    const make = (name, text, style) => {
      const element = document.createElement(name);
      element.textContent = text;
      Object.assign(element.style, style);
      return element;
    };

    const show = (status) => {
      const text = texts[status.message];
      const key = `recoup-banner ${status.message} ${status.dunning_episode_id || ''}`;
      if (!status.show || !text || memory((store) => store.getItem(key))) return;
      const said = text.replace('{amount}', () => money(status));
      const bar = make('div', '', {
        display: 'flex',
        flexWrap: 'wrap',
        gap: '16px',
        alignItems: 'center',
        padding: '10px 16px',
        font: '15px/1.4 system-ui, sans-serif',
        color: '#3b2a00',
        background: '#fff4d6',
        borderBottom: '1px solid #e5c872',
      });
      bar.className = 'recoup-banner';
      bar.setAttribute('role', 'status');
      document.body.prepend(bar);
      // In the page first, so that it is read out.
      bar.append(make('span', said));
      if (/^https?:/.test(status.update_payment_url || '')) {
        const link = make('a', set.textAction || 'Update payment method', { color: 'inherit', fontWeight: '600' });
        link.href = status.update_payment_url;
        bar.append(link);
      }
      const close = make('button', '\u00d7', {
        font: '20px/1 sans-serif',
        color: 'inherit',
        background: 'none',
        border: '0',
        marginLeft: 'auto',
        cursor: 'pointer',
      });
      close.type = 'button';
      close.setAttribute('aria-label', set.textClose || 'Close');
      close.onclick = () => {
        bar.remove();
        memory((store) => store.setItem(key, '1'));
      };
      bar.append(close);
    };

    const begin = () => {
      fetch(url, { credentials: 'omit', signal: AbortSignal.timeout(5000) })
        .then((answer) => (answer.ok ? answer.json() : { show: false }))
        .then(show)
        .catch(() => {});
    };
    if (document.body) begin();
    else document.addEventListener('DOMContentLoaded', begin);
  } catch {}
})();
