/**
 * The reference: @tus/server with its FileStore on bare node:http, a file on disk before it is acknowledged.
 * `node stock-tus-server.ts <directory>`; prints its port.
 */
import { open } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const directory = process.argv[2];
if (directory === undefined) throw new Error('which directory?');
const tus = new Server({
  path: '/files',
  datastore: new FileStore({ directory }),
  async onUploadFinish(_request, { id }) {
    const file = await open(path.join(directory, id), 'r+');
    await file.sync();
    await file.close();
    return {};
  },
});
const server = http.createServer((request, response) => void tus.handle(request, response));
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});
