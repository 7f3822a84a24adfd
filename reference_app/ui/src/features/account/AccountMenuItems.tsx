import { t } from "@lingui/core/macro";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { Link } from "wouter";

import { chooseLanguage, otherLanguages } from "../../languages/choice.ts";
import { LANGUAGES } from "../../languages/languages.ts";
import { useSignOut } from "./useSignOut.ts";

interface Props {
  readonly id: string;
  readonly anchor: HTMLElement;
  readonly open: boolean;
  readonly managesPeople: boolean;
  readonly isStaff: boolean;
  readonly onClose: () => void;
}

/** What the account's button opens. */
export function AccountMenuItems({ id, anchor, open, managesPeople, isStaff, onClose }: Props) {
  const [signOut, busy] = useSignOut();
  const languages = otherLanguages();
  return (
    <Menu id={id} anchorEl={anchor} open={open} onClose={onClose}>
      <MenuItem component={Link} to="/account" onClick={onClose}>{t`Your account`}</MenuItem>
      <MenuItem component={Link} to="/notifications" onClick={onClose}>{t`Notifications`}</MenuItem>
      {managesPeople && <MenuItem component={Link} to="/people" onClick={onClose}>{t`People`}</MenuItem>}
      {isStaff && <MenuItem component="a" href="/admin/">{t`Administration`}</MenuItem>}
      {languages.map((language) => (
        <MenuItem
          key={language}
          lang={language}
          onClick={() => {
            chooseLanguage(language);
          }}
        >
          {LANGUAGES[language].name}
        </MenuItem>
      ))}
      <MenuItem onClick={signOut} disabled={busy}>{t`Sign out`}</MenuItem>
    </Menu>
  );
}
