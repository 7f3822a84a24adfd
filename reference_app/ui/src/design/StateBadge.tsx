import Box from "@mui/material/Box";
import type { CSSProperties } from "react";

/** The colours a state can have; each state has words too, so that colour alone never carries meaning. */
export type Tone = "good" | "attention" | "bad" | "quiet";

const colours: Record<Tone, string> = {
  good: "success.main",
  attention: "warning.main",
  bad: "error.main",
  quiet: "text.secondary",
};

/** A disc, a triangle, a square and a ring: who can't tell the colours apart tells the shapes. */
const shapes: Record<Tone, CSSProperties> = {
  good: { borderRadius: "50%", backgroundColor: "currentColor" },
  attention: { width: 11, clipPath: "polygon(50% 0, 100% 100%, 0 100%)", backgroundColor: "currentColor" },
  bad: { borderRadius: "2px", backgroundColor: "currentColor" },
  quiet: { borderRadius: "50%", border: 2 },
};

interface Props {
  readonly tone: Tone;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly beat?: number | null;
}

/**
 * A sign, a label and an optional detail. The sign pulses once for each new `beat`: an animation without an end
 * would keep the processor of every open page at work.
 */
export function StateBadge({ tone, label, detail, beat = null }: Props) {
  return (
    <Box
      component="span"
      sx={{
        display: "inline-flex",
        flexWrap: "wrap",
        alignItems: "center",
        columnGap: 0.9,
        fontSize: "0.86rem",
        lineHeight: 1.4,
      }}
    >
      <Box
        component="span"
        key={beat}
        aria-hidden
        sx={{
          flex: "none",
          width: 9,
          height: 9,
          color: colours[tone],
          ...shapes[tone],
          "@keyframes pulse": { "50%": { opacity: 0.35 } },
          animation: beat === null ? "none" : "pulse 0.8s ease-in-out",
        }}
      />
      <Box component="span" sx={{ color: colours[tone], fontWeight: 650, overflowWrap: "normal" }}>
        {label}
      </Box>
      {detail !== undefined && (
        <Box component="span" sx={{ color: "text.secondary", minWidth: 0, overflowWrap: "anywhere" }}>
          {detail}
        </Box>
      )}
    </Box>
  );
}
