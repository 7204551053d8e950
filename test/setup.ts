import fc from 'fast-check';

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error(`The tests need Node 24 or later and run on ${process.version}. Start them with: npm test`);
}

// The suite says the same of the same code every time; `npm run prove` looks further, with a new seed in every run.
if (process.env.PROVE === undefined) fc.configureGlobal({ seed: 20_261_122 });
