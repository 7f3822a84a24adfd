import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useId, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import type { ScheduleDay, ScheduleEdit } from "./useScheduleWeek.ts";
import { cellAt, DAY_CELLS, moved, openness, spanOf, type Cell, type Selection } from "./weekCells.ts";
import { formatOpen, formatSpan, formatSun, weekdayOf } from "./weekText.ts";
import { WeekRow } from "./WeekRow.tsx";

interface Props {
  /** Monday to Sunday. */
  readonly days: readonly ScheduleDay[];
  /** Whether the server sets the windows: if not, they are the agent's own, which nobody here knows. */
  readonly isSet: boolean;
  readonly onEdit: (change: ScheduleEdit) => void;
}

const NOON: Cell = { day: 0, number: DAY_CELLS / 2 };

/**
 * A week in quarters of an hour. What is dragged over, or selected with Shift and the arrow keys, is opened if its first
 * cell is not, and closed if it is.
 */
export function WeekGrid({ days, isSet, onEdit }: Props) {
  const id = useId();
  const tracks = useRef<(HTMLDivElement | null)[]>([]);
  const [selection, setSelection] = useState<Selection>({ from: NOON, to: NOON });
  const [pressed, setPressed] = useState(false);
  const { from, to } = selection;
  const opens = openness(days[from.day]?.open ?? [], from.number) !== "open";
  const cellId = `${id}-${String(to.day)}-${String(to.number)}`;

  const apply = () => {
    const { weekdays, ...span } = spanOf(selection);
    const change = { weekdays: [...weekdays], ...span };
    onEdit(opens ? { open: change } : { close: change });
    setSelection({ from: to, to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(to, event.key, event.ctrlKey || event.metaKey);
    if (next) setSelection({ from: event.shiftKey ? from : next, to: next });
    else if (event.key === " " || event.key === "Enter") apply();
    else if (event.key === "Escape" && from !== to) setSelection({ from: to, to });
    else return;
    event.preventDefault();
  };
  const at = (event: PointerEvent) =>
    cellAt(
      tracks.current.filter((track) => track !== null),
      event.clientX,
      event.clientY,
    );
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.target as Element).closest("[data-day]")) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const cell = at(event);
    setSelection({ from: cell, to: cell });
    setPressed(true);
  };

  return (
    <Box sx={{ display: "grid", gap: 0.5 }}>
      <Hours />
      <Box
        role="grid"
        tabIndex={0}
        aria-label={t`Open times of the week`}
        aria-describedby={`${id}-how`}
        aria-rowcount={days.length}
        aria-colcount={DAY_CELLS}
        aria-multiselectable
        aria-activedescendant={cellId}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={(event) => {
          if (pressed) setSelection({ from, to: at(event) });
        }}
        onPointerUp={() => {
          if (pressed) apply();
          setPressed(false);
        }}
        onPointerCancel={() => {
          // The page is being scrolled by touch.
          setSelection({ from: to, to });
          setPressed(false);
        }}
        sx={{ borderRadius: 1, userSelect: "none" }}
      >
        {days.map((day, row) => (
          <WeekRow
            key={day.day}
            row={row}
            day={day}
            isSet={isSet}
            selection={selection}
            cellId={cellId}
            track={(element) => {
              tracks.current[row] = element;
            }}
          />
        ))}
      </Box>
      <VisuallyHidden>
        <span
          id={`${id}-how`}
        >{t`Arrow keys move by a quarter of an hour and by a day, with Control by an hour, and with Shift they select. Space opens or closes what is selected.`}</span>
      </VisuallyHidden>
      <Typography
        role="status"
        data-testid="week-status"
        variant="caption"
        sx={{ color: "text.secondary", minHeight: "1.45em" }}
      >
        {from === to ? summary(days[to.day], isSet) : selected(days, selection, opens)}
      </Typography>
    </Box>
  );
}

/** The hours above the rows. */
function Hours() {
  return (
    <Box
      aria-hidden
      sx={{
        ml: "2.5rem",
        display: "flex",
        justifyContent: "space-between",
        fontSize: "0.75rem",
        color: "text.secondary",
      }}
    >
      {[0, 6, 12, 18, 24].map((hour) => (
        <span key={hour}>{hour}</span>
      ))}
    </Box>
  );
}

function summary(day: ScheduleDay | undefined, isSet: boolean): string {
  if (!day) return "";
  const sun = formatSun(day.daylight);
  return `${weekdayOf(day.day, "long")}: ${formatOpen(day.open, isSet)}${sun === "" ? "" : `; ${sun}`}.`;
}

function selected(days: readonly ScheduleDay[], selection: Selection, opens: boolean): string {
  const span = spanOf(selection);
  const names = [span.weekdays.at(0), span.weekdays.at(-1)].map((row) =>
    weekdayOf(days[row ?? 0]?.day ?? "", "short"),
  );
  const on = span.weekdays.length === 1 ? names[0] : t`${names[0] ?? ""} to ${names[1] ?? ""}`;
  return `${on ?? ""} ${formatSpan(span)}: ${opens ? t`open it` : t`close it`}.`;
}
