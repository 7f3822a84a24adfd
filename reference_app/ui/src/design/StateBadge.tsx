import Box from "@mui/material/Box";

/** The colours a state can have; each state has words too, so none is told by colour alone. */
export type Tone = "good" | "attention" | "bad" | "quiet";

const colours: Record<Tone, string> = {
  good: "success.main",
  attention: "warning.main",
  bad: "error.main",
  quiet: "text.secondary",
};

interface Props {
  readonly tone: Tone;
  readonly word: string;
  readonly detail?: string | undefined;
  readonly beating?: boolean;
}

/** A dot, a word and a few more words. The dot beats while something lives. */
export function StateBadge({ tone, word, detail, beating = false }: Props) {
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
        aria-hidden
        sx={{
          flex: "none",
          width: 9,
          height: 9,
          borderRadius: tone === "bad" ? "2px" : "50%",
          bgcolor: colours[tone],
          "@keyframes beat": { "0%, 100%": { opacity: 1 }, "50%": { opacity: 0.35 } },
          animation: beating ? "beat 2s ease-in-out infinite" : "none",
        }}
      />
      <Box component="span" sx={{ color: colours[tone], fontWeight: 650, overflowWrap: "normal" }}>
        {word}
      </Box>
      {detail !== undefined && (
        <Box component="span" sx={{ color: "text.secondary" }}>
          {detail}
        </Box>
      )}
    </Box>
  );
}
