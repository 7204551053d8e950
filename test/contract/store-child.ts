import { openStore } from '../../src/store/index.ts';
import { deliveryOf, NOW, workAll } from './store-samples.ts';

/** A relay in a process of its own, to be killed: `store-child.ts <database url> hold|write`. Tells what it did, a line each. */
const [url = '', task = 'hold'] = process.argv.slice(2);

const say = (line: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(`${line}\n`, () => resolve());
  });

const writeForever = async (): Promise<never> => {
  for (let n = 0; ; n += 1) {
    await store.accept([deliveryOf(`cus_${n % 7}`, `evt_${n}`)]);
    await say(`evt_${n}`);
    if (n % 3 === 0) await workAll(store, NOW);
  }
};

const store = await openStore(url, { lock: true });
await say('open');
if (task === 'write') await writeForever();
else setInterval(() => undefined, 60_000);
