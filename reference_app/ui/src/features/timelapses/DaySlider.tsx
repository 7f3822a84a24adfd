import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { dayName, offsetMs, type Day } from "../../lib/moments.ts";
import { formatCount } from "../../lib/rate.ts";

/** Width of a day, and how many days beyond the visible ones are drawn. */
const DAY_PX = 14;
const OVERSCAN = 20;

interface Props {
  readonly days: readonly Day[];
  readonly moment: number;
  readonly onSeek: (moment: number) => void;
}

/** All days as a strip, darker where there are more frames. Only what is visible is drawn, however many there are. */
export function DaySlider({ days, moment, onSeek }: Props) {
  const strip = useRef<HTMLDivElement>(null);
  const [visible, setVisible] = useState({ from: days.length - 200, to: days.length });
  const most = Math.max(...days.map((day) => day.frames), 1);
  const chosen = Math.max(
    days.findLastIndex((day) => Date.parse(day.at) <= moment),
    0,
  );
  const day = days[chosen];

  useEffect(() => {
    const list = strip.current;
    if (list === null) return;
    const left = chosen * DAY_PX;
    if (left < list.scrollLeft || left + DAY_PX > list.scrollLeft + list.clientWidth)
      list.scrollLeft = left - list.clientWidth / 2;
  }, [chosen]);

  const toDay = (index: number) => {
    const target = days[Math.min(Math.max(index, 0), days.length - 1)];
    if (target) onSeek(Date.parse(target.at) + (moment - Date.parse(day?.at ?? target.at)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const targets: Partial<Record<string, number>> = {
      ArrowLeft: chosen - 1,
      ArrowRight: chosen + 1,
      PageDown: chosen - 7,
      PageUp: chosen + 7,
      Home: 0,
      End: days.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    toDay(target);
  };
  const first = Math.max(visible.from - OVERSCAN, 0);
  return (
    <Box
      ref={strip}
      role="slider"
      tabIndex={0}
      aria-label={t`Day`}
      aria-valuemin={0}
      aria-valuemax={days.length - 1}
      aria-valuenow={chosen}
      aria-valuetext={
        day && `${dayName(Date.parse(day.at), offsetMs(day.at))}, ${formatCount(day.frames, "frame")}`
      }
      data-testid="days"
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const { left } = event.currentTarget.getBoundingClientRect();
        toDay(Math.floor((event.clientX - left + event.currentTarget.scrollLeft) / DAY_PX));
      }}
      onScroll={(event) => {
        const { scrollLeft, clientWidth } = event.currentTarget;
        setVisible({
          from: Math.floor(scrollLeft / DAY_PX),
          to: Math.ceil((scrollLeft + clientWidth) / DAY_PX),
        });
      }}
      sx={{
        overflowX: "auto",
        height: 40,
        borderRadius: "8px",
        bgcolor: "action.hover",
        cursor: "pointer",
        scrollbarWidth: "thin",
      }}
    >
      <Box sx={{ position: "relative", height: 26, width: days.length * DAY_PX }}>
        {days.slice(first, visible.to + OVERSCAN).map((each, index) => (
          <Box
            key={each.at}
            title={dayName(Date.parse(each.at), offsetMs(each.at))}
            sx={{
              position: "absolute",
              left: (first + index) * DAY_PX + 1,
              width: DAY_PX - 2,
              top: 4,
              height: 20,
              borderRadius: "3px",
              bgcolor: each.frames > 0 ? "primary.main" : "transparent",
              opacity: each.frames > 0 ? 0.3 + (0.7 * each.frames) / most : 1,
              border: each.frames > 0 ? "none" : "1px dashed var(--mui-palette-divider)",
              outline: first + index === chosen ? "2px solid var(--mui-palette-text-primary)" : "none",
            }}
          />
        ))}
      </Box>
    </Box>
  );
}
