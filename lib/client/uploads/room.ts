/** Whether the project may fill one more image now, as far as this browser was told. */
export interface Room {
  isGone(): boolean;
  /** The server has refused one: nobody asks again before `afterSeconds`, however many files wait. */
  goneFor(afterSeconds: number): void;
  /** An upload has ended here, so that asking makes sense at once. */
  again(): void;
}

export function createRoom(onAgain: () => void): Room {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    isGone: () => timer !== undefined,
    goneFor(afterSeconds) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        again();
        onAgain();
      }, afterSeconds * 1000);
    },
    again,
  };
}
