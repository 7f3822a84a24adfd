import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import type { Ref } from "react";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import type { ScheduleDay } from "./useScheduleWeek.ts";
import { CELL_MINUTES, DAY_MINUTES, openness, spanOf, type Selection, type Span } from "./weekCells.ts";
import { formatOpen, formatSpan, formatSun, weekdayOf } from "./weekText.ts";

interface Props {
  readonly row: number;
  readonly day: ScheduleDay;
  readonly isSet: boolean;
  readonly selection: Selection;
  /** The id of the cell at which the keyboard is, if it is in this row. */
  readonly cellId: string;
  readonly track: Ref<HTMLDivElement>;
}

const SUN = "#f3b52f";
/** Lines at each third hour. */
const HOURS =
  "repeating-linear-gradient(to right, var(--mui-palette-divider) 0 1px, transparent 1px calc(100% / 8))";
const HATCHED =
  "repeating-linear-gradient(135deg, transparent 0 4px, var(--mui-palette-background-paper) 4px 6px)";

/** One day: the night, twilight and daylight, what is open, and what is selected. */
export function WeekRow({ row, day, isSet, selection, cellId, track }: Props) {
  const { weekdays, ...selected } = spanOf(selection);
  const { to } = selection;
  const cell = { beginMinute: to.number * CELL_MINUTES, endMinute: (to.number + 1) * CELL_MINUTES };
  const sun = formatSun(day.daylight);
  return (
    <Box
      role="row"
      aria-rowindex={row + 1}
      sx={{ display: "grid", gridTemplateColumns: "2.5rem minmax(0, 1fr)", alignItems: "stretch" }}
    >
      <Box role="rowheader" sx={{ fontSize: "0.85rem", color: "text.secondary", alignSelf: "center" }}>
        {weekdayOf(day.day, "short")}
        <VisuallyHidden>
          : {formatOpen(day.open, isSet)}
          {sun !== "" && `; ${sun}`}
        </VisuallyHidden>
      </Box>
      <Box
        ref={track}
        role="presentation"
        data-day={row}
        sx={{
          position: "relative",
          height: 30,
          overflow: "hidden",
          cursor: "crosshair",
          touchAction: "pan-y",
          bgcolor: "action.hover",
        }}
      >
        <Spans of={day.twilight ?? []} sx={{ bgcolor: SUN, opacity: 0.22 }} />
        <Spans of={day.daylight ?? []} sx={{ bgcolor: SUN, opacity: 0.35 }} />
        <Box sx={{ position: "absolute", inset: 0, backgroundImage: HOURS }} />
        <Spans of={day.open} inset={6} sx={{ bgcolor: "primary.main", borderRadius: "3px" }} />
        <Spans of={day.followsSun} inset={6} sx={{ backgroundImage: HATCHED }} />
        {weekdays.includes(row) && (
          <Spans
            of={[selected]}
            inset={1}
            sx={{ border: "2px solid", borderColor: "text.primary", borderRadius: "3px" }}
          />
        )}
        {to.day === row && (
          <Box
            role="gridcell"
            id={cellId}
            aria-colindex={to.number + 1}
            aria-selected={weekdays.length > 1 || selected.endMinute - selected.beginMinute > CELL_MINUTES}
            aria-label={`${weekdayOf(day.day, "long")} ${formatSpan(cell)}, ${isSet ? nameOf(openness(day.open, to.number)) : t`not set`}`}
            sx={{ position: "absolute", top: 0, bottom: 0, ...placeOf(cell) }}
          />
        )}
      </Box>
    </Box>
  );
}

function Spans({
  of,
  inset = 0,
  sx,
}: {
  readonly of: readonly Span[];
  readonly inset?: number;
  readonly sx: Readonly<Record<string, unknown>>;
}) {
  return of.map((span) => (
    <Box
      key={span.beginMinute}
      aria-hidden
      sx={{ position: "absolute", top: inset, bottom: inset, ...placeOf(span), ...sx }}
    />
  ));
}

function placeOf({ beginMinute, endMinute }: Span): { left: string; width: string } {
  return { left: percent(beginMinute), width: percent(endMinute - beginMinute) };
}

function percent(minutes: number): string {
  return `${String((minutes / DAY_MINUTES) * 100)}%`;
}

function nameOf(how: ReturnType<typeof openness>): string {
  switch (how) {
    case "open":
      return t`open`;
    case "closed":
      return t`closed`;
    case "partly open":
      return t`partly open`;
  }
}
