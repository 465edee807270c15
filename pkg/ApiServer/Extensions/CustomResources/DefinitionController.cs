using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// Keeps the status of CustomResourceDefinitions: names, conditions, and the end of those that are deleted. It is a part
/// of the API server and not a controller beside it, so that a definition is established wherever there is a server, and
/// only once the server does serve it. As upstream, names are accepted in one write and the definition is established in
/// the next.
/// </summary>
internal sealed partial class DefinitionController(
    CustomResourceCatalog catalog, ServerStatusWriter writer, DefinitionFinalizer finalizer, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<string, Task> _finalizing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _conflicting = new(StringComparer.Ordinal);
    private readonly ILogger _logger = logger;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await new CollectionLoop(writer.Collection, time).RunAsync(SyncAsync, cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_finalizing.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask<bool> SyncAsync(string name, StoreEvent? change, CancellationToken cancellationToken)
    {
        var isDone = await TrySyncAsync(name, cancellationToken).ConfigureAwait(false);

        // Names that a definition lets go may be what another one waits for.
        if (change?.Type == StoreEventType.Deleted
            || (change?.Previous is { } before && !NamesOf(before).SameAs(NamesOf(change.Entry))))
        {
            foreach (var other in _conflicting.Where(n => n != name).ToList())
            {
                isDone &= await TrySyncAsync(other, cancellationToken).ConfigureAwait(false);
            }
        }

        return isDone;
    }

    private async ValueTask<bool> TrySyncAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await SyncAsync(name, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(e, name);
            return false;
        }
    }

    private async ValueTask SyncAsync(string name, CancellationToken cancellationToken)
    {
        // From here on the server serves what the definition says, and watches of what it said before have ended.
        _ = catalog.Current;
        var (isDeleted, isConflicting) = (false, false);
        await writer.ChangeAsync(name, definition =>
        {
            var changed = Update(definition);
            isDeleted = DefinitionFinalizer.IsNeeded(definition);
            isConflicting = definition.Condition(DefinitionConditions.NamesAccepted) != "True";
            return changed;
        }, cancellationToken).ConfigureAwait(false);
        _ = isConflicting ? _conflicting.Add(name) : _conflicting.Remove(name);
        foreach (var done in _finalizing.Where(f => f.Value.IsCompleted).Select(f => f.Key).ToList())
        {
            _finalizing.Remove(done);
        }

        if (isDeleted && !_finalizing.ContainsKey(name))
        {
            _finalizing[name] = FinalizeAsync(name, cancellationToken);
        }
    }

    private bool Update(JsonObject definition)
    {
        var now = time.GetUtcNow();
        var changed = DefinitionApproval.Apply(definition, now);
        changed |= DefinitionStructure.Apply(definition, now);
        if (DefinitionNaming.Apply(definition, GroupOf(definition.Text("spec.group")), now))
        {
            return true;
        }

        if (definition.Condition(DefinitionConditions.NamesAccepted) == "True"
            && definition.Condition(DefinitionConditions.Established) != "True")
        {
            changed |= ConversionTrust.IsSound(definition)
                ? StatusConditions.Set(
                    definition, DefinitionConditions.Established, "True", "InitialNamesAccepted",
                    "the initial names have been accepted", now)
                : StatusConditions.Set(
                    definition, DefinitionConditions.Established, "False", "InvalidCABundle",
                    "The conversion webhook CABundle is invalid", now);
        }

        return changed;
    }

    private IEnumerable<JsonObject> GroupOf(string group) => writer.Collection.Snapshot.Range("")
        .Where(e => e.Key.EndsWith("." + group, StringComparison.Ordinal))
        .Select(e => CanonicalJson.Parse(e.Value.Span)).Where(d => d.Text("spec.group") == group);

    // Ends cancelled when the server stops; the next one goes on.
    private async Task FinalizeAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await finalizer.RunAsync(name, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(e, name);
            }

            await Task.Delay(CollectionLoop.RetryPause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static CustomNames NamesOf(StoredEntry entry) =>
        CustomNames.Of(CanonicalJson.Parse(entry.Value.Span).At("status.acceptedNames") as JsonObject);
}
