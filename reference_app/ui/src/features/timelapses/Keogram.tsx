import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { KeogramQuery } from "./__generated__/KeogramQuery.graphql";

/** Height of the picture on the page. */
export const KEOGRAM_PX = 72;

interface Props {
  readonly timelapse: string;
  readonly from: number;
  readonly to: number;
  readonly newest: string;
}

function useKeogramUrl({ timelapse, from, to, newest }: Props): string | null {
  const { node } = useLazyLoadQuery<KeogramQuery>(
    graphql`
      query KeogramQuery($id: ID!, $from: DateTime!, $to: DateTime!) {
        node(id: $id) {
          ... on Timelapse @alias(as: "timelapse") {
            keogramUrl(from: $from, to: $to)
          }
        }
      }
    `,
    { id: timelapse, from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    { fetchPolicy: "store-and-network", fetchKey: newest },
  );
  return node?.timelapse?.keogramUrl ?? null;
}

/** The middle of each frame, side by side. It fills the width of the slider, whose places are its places. */
export function Keogram(props: Props) {
  const url = useKeogramUrl(props);
  if (url === null) return null;
  return (
    <Box
      component="img"
      src={url}
      alt=""
      data-testid="keogram"
      draggable={false}
      sx={{ position: "absolute", top: 0, left: 0, width: "100%", height: KEOGRAM_PX, display: "block" }}
    />
  );
}

/** Saves the picture of the day, with the hours written on it. */
export function KeogramDownload(props: Props) {
  const url = useKeogramUrl(props);
  if (url === null) return null;
  return <Link href={`${url}&download`} download variant="body2">{t`Save as a picture`}</Link>;
}
