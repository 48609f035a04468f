-- Health of a RootlessNetwork, as its conditions tell it: Stalled is Degraded, Reconciling is Progressing, Ready is Healthy; and Progressing is
-- whatever no agent has seen yet, be it a new object or an edit.

local function condition(type)
  for _, each in ipairs(obj.status.conditions or {}) do
    if each.type == type and each.status == "True" then
      return each
    end
  end
  return nil
end

local function telling(status, because)
  return {status = status, message = because.reason .. ": " .. because.message}
end

if obj.metadata.deletionTimestamp ~= nil then
  return {status = "Progressing", message = "the object is being deleted"}
end

local seen = obj.status ~= nil and obj.status.observedGeneration or -1
if seen ~= obj.metadata.generation then
  local what = seen == -1 and "this object" or "this edit"
  return {status = "Progressing", message = "the agent of node " .. obj.spec.nodeName .. " has not seen " .. what .. " yet"}
end

local stalled = condition("Stalled")
if stalled ~= nil then
  return telling("Degraded", stalled)
end
local reconciling = condition("Reconciling")
if reconciling ~= nil then
  return telling("Progressing", reconciling)
end
local ready = condition("Ready")
if ready ~= nil then
  return {status = "Healthy", message = ready.message}
end
return {status = "Progressing", message = "the agent of node " .. obj.spec.nodeName .. " has not said whether it is ready"}
