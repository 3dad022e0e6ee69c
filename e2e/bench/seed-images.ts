import { randomUUID } from 'node:crypto';
import SQLite from 'better-sqlite3';

const formats = ['qcow2', 'raw', 'iso', 'vhdx'];
const visibilities = ['private', 'shared', 'public', 'community'];

/** Fills the database of a stopped server with images that have rows and no bytes, for lists. */
export function seedImages(file: string, count: number): void {
  const db = new SQLite(file);
  db.pragma('synchronous = OFF');
  const project = db.prepare("select id from projects where name = 'admin'").get() as { id: string };
  const owners = [project.id, ...Array.from({ length: 20 }, () => randomUUID().replaceAll('-', ''))];
  const image = db.prepare(
    `insert into images (id, name, sort_name, status, disk_format, container_format, size_bytes, sort_size, visibility, protected, hidden, owner_id, md5, sha512, min_disk_gib, min_ram_mib, revision, created_at, updated_at)
     values (@id, @name, @name, 'active', @format, 'bare', @size, @size, @visibility, 0, 0, @owner, @md5, @sha512, 0, 0, 0, @at, @at)`,
  );
  const location = db.prepare(
    `insert into locations (id, image_id, store_id, object_key, state, bytes, committed, fence, verified_at, attempts, created_at, updated_at)
     values (?, ?, ?, ?, 'missing', ?, 1, 0, null, 0, ?, ?)`,
  );
  const tag = db.prepare('insert into image_tags (image_id, tag) values (?, ?)');
  const counter = db.prepare(
    `insert into image_counters (owner_id, visibility, image_count, image_bytes) values (?, ?, 1, ?)
     on conflict do update set image_count = image_count + 1, image_bytes = image_bytes + excluded.image_bytes`,
  );
  const begin = Date.UTC(2026, 0, 1);
  db.transaction(() => {
    for (let i = 0; i < count; i++) {
      const id = randomUUID();
      const size = (1 + (i % 500)) * 1024 ** 3;
      const at = begin + i * 1000;
      const owner = owners[i % owners.length] ?? project.id;
      const visibility = visibilities[i % 7 === 0 ? 2 : i % 2] ?? 'private';
      const md5 = id.replaceAll('-', '');
      image.run({
        id,
        name: `image-${(i * 7919) % count}-${formats[i % 4]}`,
        format: formats[i % 4],
        size,
        visibility,
        owner,
        md5,
        sha512: md5.repeat(4),
        at,
      });
      for (const store of i % 3 === 0 ? ['fast', 'archive'] : ['fast'])
        location.run(randomUUID(), id, store, `${id}-${store}`, size, at, at);
      if (i % 5 === 0) tag.run(id, 'lts');
      counter.run(owner, visibility, size);
    }
  })();
  db.close();
}
