import type { Extent } from '../../store.ts';
import { codeOf, type OpenFile } from './file-layer.ts';
import type { NativeCalls } from './native-calls.ts';

/**
 * Data and holes of [from, size) in order. Everything counts as data where the file system cannot tell. The file must
 * not change meanwhile.
 */
export async function* fileExtents(
  file: OpenFile,
  native: NativeCalls | null,
  from: number,
  size: number,
): AsyncGenerator<Extent, void, undefined> {
  let position = from;
  while (position < size) {
    const dataAt = await seek('data', position, size);
    if (dataAt > position) {
      yield { kind: 'zero', offset: position, length: dataAt - position };
      position = dataAt;
      continue;
    }
    const holeAt = await seek('hole', position, size);
    yield { kind: 'data', offset: position, length: holeAt - position };
    position = holeAt;
  }

  async function seek(what: 'data' | 'hole', offset: number, none: number): Promise<number> {
    if (native === null) return what === 'data' ? offset : size;
    try {
      return Math.min((await native.seek(file.fd, offset, what)) ?? none, size);
    } catch (error) {
      if (codeOf(error) === 'EINVAL' || codeOf(error) === 'EOPNOTSUPP')
        return what === 'data' ? offset : size;
      throw error;
    }
  }
}
