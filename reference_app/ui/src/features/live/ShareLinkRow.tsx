import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useRef } from "react";
import { graphql, useFragment } from "react-relay";

import { useToast } from "../../design/Toaster.tsx";
import { formatInstant, instant } from "../../lib/age.ts";
import { serverNow } from "../../relay/serverClock.ts";
import type {
  ShareLinkRow_link$data,
  ShareLinkRow_link$key,
} from "./__generated__/ShareLinkRow_link.graphql";
import { Transitions } from "./Transitions.tsx";

/** One link: its address, how long it works, and what can be done with it. */
export function ShareLinkRow({ link }: { readonly link: ShareLinkRow_link$key }) {
  const data = useFragment(
    graphql`
      fragment ShareLinkRow_link on ShareLink {
        path
        expiresAt
        hasExpired
        hasPassword
        offersDownload
        createdBy
        ...Transitions_stateful
      }
    `,
    link,
  );
  const field = useRef<HTMLInputElement>(null);
  const show = useToast();
  const address = new URL(data.path, window.location.origin).href;
  const copy = (text: string, what: string): void => {
    // Browsers offer the clipboard to pages over https and of this machine only.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard === undefined) {
      field.current?.select();
      show({
        severity: "error",
        message: "This browser can't copy here.",
        remedy: "Press Ctrl+C: the link is selected.",
      });
      return;
    }
    clipboard.writeText(text).then(
      () => {
        show({ severity: "success", message: `${what} copied.` });
      },
      () => {
        field.current?.select();
        show({
          severity: "error",
          message: "The browser refused to copy.",
          remedy: "Press Ctrl+C: the link is selected.",
        });
      },
    );
  };
  return (
    <Box component="li" data-testid="share-link" sx={{ display: "grid", gap: 0.75, minWidth: 0 }}>
      <TextField
        size="small"
        label="Link"
        value={address}
        inputRef={field}
        slotProps={{ htmlInput: { readOnly: true } }}
        onFocus={(event) => {
          event.target.select();
        }}
      />
      <Typography
        variant="caption"
        component="p"
        sx={{ color: data.hasExpired ? "warning.main" : "text.secondary" }}
      >
        {described(data)}
      </Typography>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "start" }}>
        {!data.hasExpired && (
          <Button
            size="small"
            variant="outlined"
            onClick={() => {
              copy(address, "Link");
            }}
          >
            Copy link
          </Button>
        )}
        {!data.hasExpired && !data.hasPassword && (
          <Button
            size="small"
            onClick={() => {
              copy(embedCode(address), "Code to embed");
            }}
          >
            Copy code to embed
          </Button>
        )}
        <Transitions of={data} />
      </Box>
    </Box>
  );
}

type Facts = Pick<
  ShareLinkRow_link$data,
  "expiresAt" | "hasExpired" | "hasPassword" | "offersDownload" | "createdBy"
>;

function described({ expiresAt, hasExpired, hasPassword, offersDownload, createdBy }: Facts): string {
  const end = instant(expiresAt);
  const when = end === null ? null : formatInstant(end, serverNow());
  const facts = [
    when === null ? "Works until it is revoked" : hasExpired ? `Expired on ${when}` : `Works until ${when}`,
    hasPassword ? "asks for a password" : null,
    offersDownload ? null : "without a download",
    createdBy == null ? null : `made by ${createdBy}`,
  ];
  return facts.filter((fact) => fact !== null).join(" · ");
}

/** The HTML that shows the player on another site. */
function embedCode(address: string): string {
  return `<iframe src="${address}/embed" title="Timelapse" width="960" height="540" style="border:0" allowfullscreen></iframe>`;
}
