import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { ReactNode } from "react";

interface Props {
  /** What screen readers call it. */
  readonly name: string;
  /** The headings; the first is that of what a row is about. */
  readonly columns: readonly string[];
  /** The rows. */
  readonly children: ReactNode;
}

/**
 * A table that scrolls by itself where it is too wide, so that the page does not; the tab stop lets the keyboard
 * scroll it. On a phone the cells of a row stand one below the other, each behind the heading of its column.
 */
export function StackingTable({ name, columns, children }: Props) {
  return (
    <Box sx={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label={name}>
      <Table size="small" sx={(theme) => ({ [theme.breakpoints.down("sm")]: stacked(columns) })}>
        <TableHead>
          <TableRow>
            {columns.map((column) => (
              <TableCell key={column}>{column}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>{children}</TableBody>
      </Table>
    </Box>
  );
}

function stacked(columns: readonly string[]) {
  return {
    "&, & tbody, & tr, & td": { display: "block" },
    "& thead": { position: "absolute", width: "1px", overflow: "hidden", clipPath: "inset(50%)" },
    "& tr": { py: 1.25, borderTop: 1, borderColor: "divider" },
    "& td": { border: 0, p: 0, whiteSpace: "normal", minWidth: 0, overflowWrap: "anywhere" },
    "& td:first-of-type": { fontWeight: 600 },
    ...Object.fromEntries(columns.slice(1).map((column, place) => [headingOf(place + 2), before(column)])),
  };
}

/** The place of a column's heading before the cells of that column, of which the first is 1. */
function headingOf(column: number): string {
  // eslint-disable-next-line lingui/no-unlocalized-strings -- a selector
  return `& td:nth-of-type(${String(column)})::before`;
}

function before(heading: string) {
  return { content: JSON.stringify(`${heading}: `), color: "text.secondary" };
}
