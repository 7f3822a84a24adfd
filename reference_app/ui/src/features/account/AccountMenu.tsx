import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useId, useState } from "react";
import { graphql, useFragment } from "react-relay";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import { onDemand } from "../../shared/pages/onDemand.tsx";
import type { AccountMenu_user$key } from "./__generated__/AccountMenu_user.graphql";

const AccountMenuItems = onDemand(async () => (await import("./AccountMenuItems.tsx")).AccountMenuItems);

/** The signed-in user's menu. */
export function AccountMenu({ user }: { readonly user: AccountMenu_user$key }) {
  const { username, isStaff, managesPeople } = useFragment(
    graphql`
      fragment AccountMenu_user on User {
        username
        isStaff
        managesPeople
      }
    `,
    user,
  );
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  const menuId = useId();
  return (
    <>
      <Button
        color="inherit"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? menuId : undefined}
        onClick={(event) => {
          setAnchor(event.currentTarget);
          setOpen(true);
        }}
        sx={{ minWidth: 0, px: 1, gap: 1 }}
      >
        <VisuallyHidden>{t`Account: ${username}`}</VisuallyHidden>
        <Initial name={username} />
        <Box component="span" aria-hidden sx={{ display: { xs: "none", md: "inline" } }}>
          {username}
        </Box>
      </Button>
      {anchor !== null && (
        <AccountMenuItems
          id={menuId}
          anchor={anchor}
          open={open}
          managesPeople={managesPeople}
          isStaff={isStaff}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

function Initial({ name }: { readonly name: string }) {
  return (
    <Box
      component="span"
      aria-hidden
      sx={{
        width: 30,
        height: 30,
        borderRadius: "50%",
        display: "grid",
        placeItems: "center",
        bgcolor: "primary.main",
        color: "primary.contrastText",
        fontSize: "0.85rem",
      }}
    >
      {name.charAt(0).toUpperCase()}
    </Box>
  );
}
