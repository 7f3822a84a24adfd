import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink, useNavigate } from "react-router";

import { Panel } from "../../design/Panel.tsx";
import { existing } from "../../relay/edges.ts";
import type { CreateTimelapse_cameras$key } from "./__generated__/CreateTimelapse_cameras.graphql";
import { useCreateTimelapse } from "./useCreateTimelapse.ts";

/** The form for a new timelapse. It opens the timelapse after creating it. */
export function CreateTimelapse({ cameras }: { readonly cameras: CreateTimelapse_cameras$key }) {
  const { edges } = useFragment(
    graphql`
      fragment CreateTimelapse_cameras on CameraConnection {
        edges {
          node {
            id
            name
          }
        }
      }
    `,
    cameras,
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const [create, busy] = useCreateTimelapse();
  const navigate = useNavigate();
  const cameraNodes = existing(edges.map(({ node }) => node));
  const camera = chosen ?? cameraNodes[0]?.id;
  if (camera === undefined) {
    return (
      <Panel title="New timelapse">
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          A timelapse needs a camera.{" "}
          <Link component={RouterLink} to="/pair">
            Pair a camera
          </Link>{" "}
          first.
        </Typography>
      </Panel>
    );
  }
  return (
    <Panel title="New timelapse">
      <Box
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          const name = new FormData(event.currentTarget).get("name");
          create({ camera, name: typeof name === "string" ? name : "" }, (id) => {
            void navigate(`/timelapses/${encodeURIComponent(id)}`);
          });
        }}
        sx={{ display: "grid", gap: 2 }}
      >
        <TextField
          label="Name"
          name="name"
          required
          placeholder="Harbour at dawn"
          autoComplete="off"
          slotProps={{ inputLabel: { required: false } }}
        />
        <TextField
          select
          label="Camera"
          value={camera}
          onChange={(event) => {
            setChosen(event.target.value);
          }}
        >
          {cameraNodes.map((node) => (
            <MenuItem key={node.id} value={node.id}>
              {node.name}
            </MenuItem>
          ))}
        </TextField>
        <Button type="submit" variant="contained" loading={busy}>
          Create
        </Button>
      </Box>
    </Panel>
  );
}
