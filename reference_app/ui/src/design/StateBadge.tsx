import Box from "@mui/material/Box";

/** The colours a state can have; each state has words too, so that colour alone never carries meaning. */
export type Tone = "good" | "attention" | "bad" | "quiet";

const colours: Record<Tone, string> = {
  good: "success.main",
  attention: "warning.main",
  bad: "error.main",
  quiet: "text.secondary",
};

interface Props {
  readonly tone: Tone;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly beat?: number | null;
}

/**
 * A coloured dot, a label and an optional detail. The dot pulses once for each new `beat`: an animation without an
 * end would keep the processor of every open page at work.
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
          borderRadius: tone === "bad" ? "2px" : "50%",
          bgcolor: colours[tone],
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
