// Parse Server as its guide mounts it; started in the folder that holds its packages.
const require_ = require('module').createRequire(`${process.cwd()}/here.js`);
const express = require_('express');
const { ParseServer } = require_('parse-server');

(async () => {
  const port = +process.env.PORT;
  const server = new ParseServer({
    databaseURI: process.env.DATABASE_URL, appId: 'compare', masterKey: 'compare-master', masterKeyIps: ['127.0.0.1', '::1'],
    serverURL: `http://127.0.0.1:${port}/parse`, silent: true, logsFolder: null, allowClientClassCreation: false, enforcePrivateUsers: true,
  });
  await server.start();
  const app = express();
  app.disable('x-powered-by');
  app.use('/parse', server.app);
  app.listen(port, '127.0.0.1');
})();
