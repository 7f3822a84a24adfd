-- expired(r, boot, clock): whether the lease of row r has run out.
-- A process on the holder's host compares with the host's own clock, so a change of the server's wall clock
-- doesn't matter. For a holder on another host the server's clock decides.
local function expired(r, boot, clock)
  if r.o ~= '' and r.o == boot then return r.d <= clock end
  return r.e <= now
end
