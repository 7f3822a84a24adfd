import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useRef, type ReactNode } from "react";

import { useCopy } from "../../design/useCopy.ts";
import { isOfThisMachine } from "../../lib/address.ts";

/** What can be copied besides the address, such as the code that embeds it. */
interface Other {
  readonly label: string;
  readonly what: string;
  readonly text: string;
}

interface Props {
  readonly address: string;
  /** What is said about the link, below it. */
  readonly facts: ReactNode;
  /** Whether it leads anywhere: one that doesn't is not copied. */
  readonly works: boolean;
  readonly others?: readonly Other[];
  /** Further buttons. */
  readonly children: ReactNode;
}

/** An address that people pass on: shown in full, copied by a button. */
export function CopiedLink({ address, facts, works, others = [], children }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const copy = useCopy(field);
  return (
    <>
      <TextField
        size="small"
        label={t`Link`}
        value={address}
        inputRef={field}
        helperText={
          works &&
          isOfThisMachine(new URL(address).hostname) &&
          t`It opens on this machine only. For others, come here by the address by which they reach it, and copy it there.`
        }
        slotProps={{ htmlInput: { readOnly: true } }}
        onFocus={(event) => {
          event.target.select();
        }}
      />
      {facts}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "start" }}>
        {works && (
          <Button
            size="small"
            variant="outlined"
            onClick={() => {
              copy(address, t`Link`);
            }}
          >{t`Copy link`}</Button>
        )}
        {works &&
          others.map(({ label, what, text }) => (
            <Button
              key={label}
              size="small"
              onClick={() => {
                copy(text, what);
              }}
            >
              {label}
            </Button>
          ))}
        {children}
      </Box>
    </>
  );
}
