if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error(`The tests need Node 24 or later and run on ${process.version}. Start them with: npm test`);
}
