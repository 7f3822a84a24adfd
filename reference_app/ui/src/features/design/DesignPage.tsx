import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { useId, useState, type ReactNode } from "react";

import { ActionMenu, type MenuAction } from "../../design/ActionMenu.tsx";
import { ConfirmDialog } from "../../design/ConfirmDialog.tsx";
import { EmptyState } from "../../design/EmptyState.tsx";
import { CameraIcon, FilmIcon } from "../../design/icons.tsx";
import { Logo } from "../../design/Logo.tsx";
import { MoreButton } from "../../design/MoreButton.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import { PageSkeleton } from "../../design/PageSkeleton.tsx";
import { Panel } from "../../design/Panel.tsx";
import { PictureFrame } from "../../design/PictureFrame.tsx";
import { Problem } from "../../design/Problem.tsx";
import { PropertyList } from "../../design/PropertyList.tsx";
import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { TextInput } from "../../design/TextInput.tsx";
import { useToast } from "../../design/Toaster.tsx";

/** Names as people give them: long, without a space, from right to left, with signs that are not letters. */
const NAMES = [
  "Roof",
  "The camera on the roof of the school, which looks at the building site in the north",
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  "المصراع على السطح",
  "🌄 Sunrise 🌅 <b>Garden</b> & pond",
];
const TONES: readonly Tone[] = ["good", "attention", "bad", "quiet"];
const ACTIONS: readonly Omit<MenuAction, "onChoose">[] = [
  { name: "collect", label: "Collect logs", isDangerous: false, refusal: null },
  { name: "restart", label: "Restart agent", isDangerous: false, refusal: "The agent has never connected." },
  { name: "long", label: NAMES[2] ?? "", isDangerous: false, refusal: NAMES[1] },
  { name: "retention", label: "Retention", isDangerous: true, refusal: "It is archived. Bring it back." },
  { name: "revoke", label: "Revoke", isDangerous: true, refusal: null },
];
const VARIANTS = ["contained", "outlined", "text"] as const;
/** A picture that no server has to send. */
const PICTURE =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#4878b4"/><circle cx="11" cy="3" r="1.2" fill="#f2d48a"/><path d="M0 9 5 4l4 5z" fill="#33413a"/></svg>',
  );

/** Every component of the design in each of its states, for those who change one, and for the tests. */
export function DesignPage() {
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title="Design"
        lead="Every component in every state."
        actions={<StateBadge tone="good" label="Live" />}
      />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
          alignItems: "start",
        }}
      >
        <Panel title="State badge">
          <States>
            {TONES.map((tone) => (
              <StateBadge key={tone} tone={tone} label={tone} />
            ))}
            <StateBadge tone="good" label="Alive" detail="3 s ago" beat={0} />
            {NAMES.map((name) => (
              <StateBadge key={name} tone="attention" label="Waiting" detail={name} />
            ))}
          </States>
        </Panel>
        <Panel title="Buttons">
          <Buttons />
        </Panel>
        <Panel title="Actions">
          <Actions />
        </Panel>
        {NAMES.map((name) => (
          <Panel
            key={name}
            title={name}
            aside={<StateBadge tone="quiet" label="Panel" detail="with an aside" />}
          >
            <PropertyList
              properties={[
                ["Name", name],
                ["A long name of a property", name],
                ["State", <StateBadge key="state" tone="bad" label="Failed" detail={name} />],
              ]}
            />
          </Panel>
        ))}
        <Panel title="Picture frame">
          <States>
            <PictureFrame
              picture={{ url: PICTURE, alt: "A hill below the sun", testId: "design-picture" }}
              caption={NAMES.map((name) => (
                <span key={name}>{name}</span>
              ))}
              emptyTitle=""
              emptyText=""
            />
            <PictureFrame
              picture={null}
              caption=""
              emptyTitle="No picture yet"
              emptyText="The first one comes when the camera has captured it."
            />
          </States>
        </Panel>
        <Panel title="Nothing there">
          <EmptyState
            icon={<FilmIcon />}
            title={NAMES[1] ?? ""}
            action={<Button variant="contained">Add one</Button>}
          >
            {NAMES[2]}
          </EmptyState>
        </Panel>
        <Panel title="Text inputs">
          <States>
            <TextInput label="Name" name="name" autoComplete="off" />
            <TextInput label="Name that is required" name="required" required autoComplete="off" />
            <TextInput label="Password" name="secret" type="password" autoComplete="off" />
          </States>
        </Panel>
        <Panel title="Progress">
          <States>
            <LinearProgress variant="determinate" value={0} aria-label="Not begun" />
            <LinearProgress variant="determinate" value={37} aria-label="37 of 100 frames" />
            <LinearProgress variant="determinate" value={100} aria-label="Done" />
            <LinearProgress aria-label="How far it is isn’t known" />
          </States>
        </Panel>
        <Panel title="Logo">
          <States>
            {NAMES.map((name) => (
              <Logo key={name} text={name} />
            ))}
          </States>
        </Panel>
        <Panel title="Text">
          <Typography variant="h1" component="p">
            {NAMES[1]}
          </Typography>
          <Typography variant="h2" component="p">
            {NAMES[1]}
          </Typography>
          <Typography variant="h3" component="p">
            {NAMES[1]}
          </Typography>
          <Typography>{NAMES[1]}</Typography>
          <Typography variant="body2">{NAMES[1]}</Typography>
          <Typography variant="caption" component="p">
            {NAMES[1]}
          </Typography>
        </Panel>
        <Panel title="Loading">
          <PageSkeleton />
        </Panel>
        <Panel title="Problem">
          <Problem
            message="The server can’t be reached."
            remedy="Check the connection, then try again."
            onRetry={() => undefined}
          />
        </Panel>
      </Box>
    </Box>
  );
}

/** A row for each state. */
function States({ children }: { readonly children: ReactNode }) {
  return <Box sx={{ display: "grid", gap: 1.5, justifyItems: "stretch" }}>{children}</Box>;
}

/** Each kind in each state, and what the ones that open something open. */
function Buttons() {
  const [asking, setAsking] = useState(false);
  const toast = useToast();
  return (
    <States>
      {VARIANTS.map((variant) => (
        <Box key={variant} sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
          <Button variant={variant}>Render</Button>
          <Button variant={variant} size="small" startIcon={<CameraIcon />}>
            Capture now
          </Button>
          <Button variant={variant} color="error">
            Delete
          </Button>
          <Button variant={variant} loading>
            Busy
          </Button>
          <Button variant={variant} disabled>
            Disabled
          </Button>
        </Box>
      ))}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
        <Button
          onClick={() => {
            setAsking(true);
          }}
        >
          Ask first
        </Button>
        <Button
          onClick={() => {
            toast({ severity: "success", message: "Saved." });
          }}
        >
          Say that it worked
        </Button>
        <Button
          onClick={() => {
            toast({ severity: "error", message: NAMES[1] ?? "", remedy: "Try again in a minute." });
          }}
        >
          Say that it failed
        </Button>
      </Box>
      <ConfirmDialog
        open={asking}
        title={`Delete ${NAMES[2] ?? ""}?`}
        confirm="Delete"
        onConfirm={() => undefined}
        onClose={() => {
          setAsking(false);
        }}
      >
        {NAMES[1]}
      </ConfirmDialog>
    </States>
  );
}

/** The main action, the common ones beside it, and a menu of the rest. */
function Actions() {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const id = useId();
  const close = () => {
    setAnchor(null);
  };
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
      <Button size="small" variant="contained">
        Capture now
      </Button>
      <Button size="small" variant="outlined">
        New timelapse
      </Button>
      <Button size="small" variant="outlined">
        Request preview
      </Button>
      <MoreButton id={id} menu={anchor ? `${id}-menu` : undefined} onPress={setAnchor} />
      {anchor && (
        <ActionMenu
          id={`${id}-menu`}
          labelledBy={id}
          anchor={anchor}
          open
          actions={ACTIONS.map((action) => ({ ...action, onChoose: close }))}
          onClose={close}
        />
      )}
    </Box>
  );
}
