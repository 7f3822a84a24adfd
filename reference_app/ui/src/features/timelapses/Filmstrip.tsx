import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { useEffect, useRef, type KeyboardEvent } from "react";

import type { FilmstripFrame_frame$key } from "./__generated__/FilmstripFrame_frame.graphql";
import { FilmstripFrame } from "./FilmstripFrame.tsx";

interface Props {
  /** In the order of capture. */
  readonly frames: readonly (FilmstripFrame_frame$key & { readonly id: string })[];
  /** The frame that somebody looks at; null while the newest is shown. */
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

/** Frames in the order of capture. It follows the newest unless a person has scrolled back or chosen a frame. */
export function Filmstrip({ frames, selected, onSelect }: Props) {
  const strip = useRef<HTMLUListElement>(null);
  const following = useRef(true);
  const newest = frames.at(-1)?.id;
  useEffect(() => {
    const list = strip.current;
    if (list === null) return;
    if (selected === null) {
      if (following.current) list.scrollLeft = list.scrollWidth;
      return;
    }
    following.current = false;
    const chosen = list.querySelector<HTMLElement>("[aria-current]");
    if (chosen) list.scrollLeft = chosen.offsetLeft - list.clientWidth / 2;
  }, [newest, selected]);
  useEffect(() => {
    if (selected === null) following.current = true;
  }, [selected]);
  if (frames.length === 0) return null;
  return (
    <Box
      component="ul"
      ref={strip}
      data-testid="filmstrip"
      aria-label={t`Frames`}
      onKeyDown={moveFocus}
      onScroll={(event) => {
        const { scrollLeft, scrollWidth, clientWidth } = event.currentTarget;
        if (selected === null) following.current = scrollWidth - clientWidth - scrollLeft < 24;
      }}
      sx={{
        m: 0,
        p: 0.75,
        listStyle: "none",
        position: "relative",
        display: "flex",
        gap: 0.75,
        overflowX: "auto",
        borderRadius: "12px",
        bgcolor: "#0c0f0e",
        scrollbarColor: "#5b6562 transparent",
        scrollbarWidth: "thin",
      }}
    >
      {frames.map((frame) => (
        <FilmstripFrame
          key={frame.id}
          frame={frame}
          isTabStop={frame.id === (selected ?? newest)}
          isSelected={frame.id === selected}
          onSelect={() => {
            onSelect(frame.id);
          }}
        />
      ))}
    </Box>
  );
}

/** The strip is one tab stop. The arrow keys, Home and End move through the frames. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const targets: Partial<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: buttons.length - 1,
  };
  const target = targets[event.key];
  if (at < 0 || target === undefined) return;
  event.preventDefault();
  buttons[target]?.focus();
}
