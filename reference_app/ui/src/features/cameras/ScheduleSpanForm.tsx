import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useState } from "react";

import type { ScheduleDay, ScheduleEdit } from "./useScheduleWeek.ts";
import { DAY_MINUTES } from "./weekCells.ts";
import { weekdayOf } from "./weekText.ts";

interface Props {
  readonly days: readonly ScheduleDay[];
  readonly onEdit: (change: ScheduleEdit) => void;
}

/** Opens or closes a span to the minute, for those who don't drag. */
export function ScheduleSpanForm({ days, onEdit }: Props) {
  const [weekdays, setWeekdays] = useState<readonly number[]>([0, 1, 2, 3, 4]);
  const [begin, setBegin] = useState("06:00");
  const [end, setEnd] = useState("18:00");
  const span = () => ({
    weekdays: [...weekdays],
    beginMinute: minuteOf(begin),
    // Midnight is the end of the day.
    endMinute: minuteOf(end) || DAY_MINUTES,
  });
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <ToggleButtonGroup
        size="small"
        fullWidth
        aria-label={t`Days`}
        value={weekdays}
        onChange={(_, chosen: readonly number[]) => {
          setWeekdays(chosen);
        }}
      >
        {days.map((day, weekday) => (
          <ToggleButton
            key={day.day}
            value={weekday}
            sx={{ px: 0, minWidth: 0, textTransform: "none", color: "text.secondary" }}
          >
            {weekdayOf(day.day, "short")}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Box sx={{ display: "grid", gap: 1, gridTemplateColumns: "repeat(2, minmax(0, 1fr))" }}>
        <Time label={t`From`} value={begin} onChange={setBegin} />
        <Time label={t`To`} value={end} onChange={setEnd} />
        <Button
          variant="outlined"
          onClick={() => {
            onEdit({ open: span() });
          }}
        >{t`Open`}</Button>
        <Button
          variant="outlined"
          onClick={() => {
            onEdit({ close: span() });
          }}
        >{t`Close`}</Button>
      </Box>
    </Box>
  );
}

function Time({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <TextField
      type="time"
      label={label}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}

/** The minute of a time such as "06:30"; 0 for an empty one. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
