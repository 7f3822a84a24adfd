import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { PageHeader } from "../../design/PageHeader.tsx";
import type { AccountPageQuery } from "./__generated__/AccountPageQuery.graphql";
import { PasswordPanel } from "./PasswordPanel.tsx";
import { SessionList } from "./SessionList.tsx";

/** What a person does with their own account. */
export function AccountPage({ queryRef }: { readonly queryRef: PreloadedQuery<AccountPageQuery> }) {
  const { me } = usePreloadedQuery<AccountPageQuery>(
    graphql`
      query AccountPageQuery {
        me {
          username
          ...SessionList_user
        }
      }
    `,
    queryRef,
  );
  if (!me) return null; // The frame leads to the sign-in page.
  return (
    <Box sx={{ display: "grid", gap: 2.5, maxWidth: 720 }}>
      <PageHeader title={t`Your account`} lead={me.username} />
      <SessionList user={me} />
      <PasswordPanel username={me.username} />
    </Box>
  );
}
