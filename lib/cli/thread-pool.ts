// Imported before anything that reads a file: libuv takes the size of its pool at its first use. File IO, fsync, native
// copies and password hashes share it, and four of them waiting for one slow disk would hold up all the others.
process.env.UV_THREADPOOL_SIZE ??= '12';
