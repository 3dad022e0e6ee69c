/** What is wrong with an expression, and where; `column` counts from 1. `given` is what may be a misspelling of `known`. */
export class ExpressionError extends Error {
  readonly column: number;
  readonly given: string | undefined;
  readonly known: readonly string[];

  constructor(message: string, column: number, given?: string, known: readonly string[] = []) {
    super(message);
    this.name = 'ExpressionError';
    this.column = column;
    this.given = given;
    this.known = known;
  }
}
