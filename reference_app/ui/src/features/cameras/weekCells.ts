export const DAY_MINUTES = 24 * 60;
/** The minutes of one cell of the week's grid, and how many make a day. */
export const CELL_MINUTES = 15;
export const DAY_CELLS = DAY_MINUTES / CELL_MINUTES;
const DAYS = 7;
const HOUR_CELLS = 60 / CELL_MINUTES;

/** A cell: its row, 0 (Monday) to 6, and its number in the day. */
export interface Cell {
  readonly day: number;
  readonly number: number;
}

/** All cells between two corners. */
export interface Selection {
  readonly from: Cell;
  readonly to: Cell;
}

/** Minutes of a day, from one up to another. */
export interface Span {
  readonly beginMinute: number;
  readonly endMinute: number;
}

/** The span that is the same on each day of a selection, as an edit takes it. */
export function spanOf({ from, to }: Selection): Span & { readonly weekdays: readonly number[] } {
  const [first, last] = [Math.min(from.day, to.day), Math.max(from.day, to.day)];
  return {
    weekdays: Array.from({ length: last - first + 1 }, (_, index) => first + index),
    beginMinute: Math.min(from.number, to.number) * CELL_MINUTES,
    endMinute: (Math.max(from.number, to.number) + 1) * CELL_MINUTES,
  };
}

/** How much of a cell is open. */
export function openness(open: readonly Span[], number: number): "open" | "closed" | "partly open" {
  const [begin, end] = [number * CELL_MINUTES, (number + 1) * CELL_MINUTES];
  if (open.some((span) => span.beginMinute <= begin && end <= span.endMinute)) return "open";
  return open.some((span) => span.beginMinute < end && begin < span.endMinute) ? "partly open" : "closed";
}

/** Where a key leads from a cell, an hour at a time with Ctrl; null for a key that leads nowhere. */
export function moved({ day, number }: Cell, key: string, ctrl: boolean): Cell | null {
  const step = ctrl ? HOUR_CELLS : 1;
  switch (key) {
    case "ArrowLeft":
      return { day, number: Math.max(number - step, 0) };
    case "ArrowRight":
      return { day, number: Math.min(number + step, DAY_CELLS - 1) };
    case "ArrowUp":
      return { day: Math.max(day - 1, 0), number };
    case "ArrowDown":
      return { day: Math.min(day + 1, DAYS - 1), number };
    case "Home":
      return { day: ctrl ? 0 : day, number: 0 };
    case "End":
      return { day: ctrl ? DAYS - 1 : day, number: DAY_CELLS - 1 };
    default:
      return null;
  }
}

/** The cell at a point of the page, or the nearest one, given the rows of cells from top to bottom. */
export function cellAt(rows: readonly Element[], x: number, y: number): Cell {
  const boxes = rows.map((row) => row.getBoundingClientRect());
  const below = boxes.findIndex(({ bottom }) => y < bottom);
  const day = below === -1 ? boxes.length - 1 : below;
  const { left = 0, width = 1 } = boxes[day] ?? {};
  const number = Math.floor(((x - left) / width) * DAY_CELLS);
  return { day, number: Math.min(Math.max(number, 0), DAY_CELLS - 1) };
}
