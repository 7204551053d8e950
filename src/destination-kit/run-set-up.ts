/** The mend of whatever the set-up makes, an imperative without end mark: `doctor` tells by it what its plan says already. */
export const RUN_SET_UP = 'run "npm run recoup -- destinations apply"';
