/** What tests of the Images API over HTTP share: one server, callers of two projects, and what each of them often sends. */
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type ServerOptions, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import type { Cleanup } from '#e2e/support/temporary-directory.ts';
import { waitFor } from '#e2e/support/wait.ts';

export interface Image {
  id: string;
  status: string;
  stores?: string;
  [key: string]: unknown;
}

export interface Stage {
  readonly server: TestServer;
  readonly admin: HttpClient;
  /** A member of the project alpha … */
  readonly maria: HttpClient;
  readonly mariaToken: string;
  /** … who may only read there … */
  readonly reader: HttpClient;
  /** … and a member of another project. */
  readonly beta: HttpClient;
  readonly betaProject: string;
}

export const images = '/image/v2/images';
export const formats = { disk_format: 'raw', container_format: 'bare' };

export async function openStage(test: Cleanup, options: ServerOptions = {}): Promise<Stage> {
  const server = await startServer(test, options);
  const as = (token: string) => httpClient(server.url, { 'x-auth-token': token, accept: 'application/json' });
  const admin = as(await signIn(server));
  const project = async (name: string) => {
    const made = await admin.json<{ project: { id: string } }>('POST', '/identity/v3/projects', 201, {
      project: { name },
    });
    return { id: made.project.id, name };
  };
  const person = async (
    name: string,
    { id, name: projectName }: { id: string; name: string },
    role: string,
  ) => {
    const { user } = await admin.json<{ user: { id: string } }>('POST', '/identity/v3/users', 201, {
      user: { name, password: 'pw', default_project_id: id },
    });
    await admin.send('PUT', `/identity/v3/projects/${id}/users/${user.id}/roles/${role}`);
    return await signIn(server, { name, password: 'pw', project: projectName });
  };
  const [alpha, beta] = [await project('alpha'), await project('beta')];
  const mariaToken = await person('maria', alpha, 'member');
  return {
    server,
    admin,
    maria: as(mariaToken),
    mariaToken,
    reader: as(await person('rita', alpha, 'reader')),
    beta: as(await person('ben', beta, 'member')),
    betaProject: beta.id,
  };
}

export async function create(client: HttpClient, body: object = {}): Promise<Image> {
  return await client.json<Image>('POST', images, 201, { ...formats, ...body });
}

export const show = async (client: HttpClient, id: string) =>
  await client.json<Image>('GET', `${images}/${id}`, 200);

const sendTo =
  (where: 'file' | 'stage') =>
  (client: HttpClient, id: string, bytes: Uint8Array, headers: Record<string, string> = {}) =>
    client.send('PUT', `${images}/${id}/${where}`, {
      body: Buffer.from(bytes),
      headers: { 'content-type': 'application/octet-stream', ...headers },
    });

export const put = sendTo('file');
export const putStaged = sendTo('stage');

export interface Task {
  id: string;
  status: string;
  type: string;
  request_id: string;
  message: string;
  input: { backend: string[]; import_req: unknown; image_id: string };
}

export async function tasksOf(client: HttpClient, id: string): Promise<Task[]> {
  return (await client.json<{ tasks: Task[] }>('GET', `${images}/${id}/tasks`, 200)).tasks;
}

/** The newest task of the image, when it is over. */
export async function endedTask(client: HttpClient, id: string): Promise<Task> {
  const look = async () => {
    const [task] = await tasksOf(client, id);
    return task?.status === 'processing' || task?.status === 'pending' ? null : task;
  };
  return (await waitFor('the task has ended', look, 30_000)).value;
}

/** Of an answer that refuses. */
export const message = async (answer: Response) =>
  ((await answer.json()) as { error: { message: string; reason: string } }).error;
