import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useId, useState } from "react";
import { graphql, useFragment } from "react-relay";

import { VisuallyHidden } from "../../design/VisuallyHidden.tsx";
import type { AccountMenu_user$key } from "./__generated__/AccountMenu_user.graphql";
import { useSignOut } from "./useSignOut.ts";

/** The signed-in user's menu. */
export function AccountMenu({ user }: { readonly user: AccountMenu_user$key }) {
  const { username, isStaff } = useFragment(
    graphql`
      fragment AccountMenu_user on User {
        username
        isStaff
      }
    `,
    user,
  );
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [signOut, busy] = useSignOut();
  const menuId = useId();
  return (
    <>
      <Button
        color="inherit"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-controls={anchor === null ? undefined : menuId}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
        sx={{ minWidth: 0, px: 1, gap: 1 }}
      >
        <VisuallyHidden>Account: {username}</VisuallyHidden>
        <Initial name={username} />
        <Box component="span" aria-hidden sx={{ display: { xs: "none", md: "inline" } }}>
          {username}
        </Box>
      </Button>
      <Menu
        id={menuId}
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => {
          setAnchor(null);
        }}
      >
        {isStaff && (
          <MenuItem component="a" href="/admin/">
            Administration
          </MenuItem>
        )}
        <MenuItem onClick={signOut} disabled={busy}>
          Sign out
        </MenuItem>
      </Menu>
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
