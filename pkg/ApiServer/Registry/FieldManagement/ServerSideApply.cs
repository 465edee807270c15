using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.FieldSets;
using Kube1.Api.Merging;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// Server-side apply: the configuration is laid over the live object, what the manager no longer applies goes unless
/// somebody else owns it, and fields that others set to other values are conflicts
/// (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
/// </summary>
internal sealed class ServerSideApply
{
    private const string BeforeFirstApply = "before-first-apply";

    private readonly FieldWrite _write;
    private readonly ObjectForm _form;
    private readonly JsonObject _live;
    private readonly JsonObject _configuration;
    private readonly string _identity;

    private ServerSideApply(FieldWrite write, JsonObject live, JsonObject configuration)
    {
        _write = write;
        _form = write.Forms.Requested;
        _live = live;
        _configuration = configuration;
        _identity = FieldOwner.IdentityOf(write.Manager, isApplied: true, _form.ApiVersion, write.Subresource);
    }

    /// <summary>
    /// The applied object, in the form of the request and with its managedFields; neither canonical nor defaulted.
    /// <paramref name="live"/> is in the same form, null for an object that is not there yet. Throws
    /// <see cref="ApiException"/>: 409 for conflicts unless <paramref name="force"/>. Nothing of the live object or of the
    /// configuration becomes part of the result.
    /// </summary>
    public static JsonObject Apply(FieldWrite write, JsonObject? live, JsonObject configuration, bool force)
    {
        var kind = KindOf(configuration);
        if (kind != write.Forms.Requested.Kind)
        {
            throw ApiErrors.BadRequest($"invalid object type: {kind.GoText}");
        }

        var apply = new ServerSideApply(write, live ?? [], configuration);
        var managedFields = live?["metadata"]?["managedFields"];
        try
        {
            apply.CheckConfiguration();
            var conflicts = apply.TryApply(managedFields, force, out var applied);
            if (conflicts.Count > 0)
            {
                var excused = LastAppliedConfiguration.Excuse(write, apply._live, conflicts);
                applied = excused.Count == 0 ? apply.Force(managedFields) : throw ApplyConflict.ToError(excused);
            }

            LastAppliedConfiguration.Update(write, applied!, configuration);
            return applied!;
        }
        catch (MergeException e)
        {
            throw ApiErrors.Unclassified($"failed to merge config: {e.Message}");
        }
    }

    /// <summary>"default/web; apps/v1, Kind=Deployment", as error texts name an object.</summary>
    public static string Describe(JsonObject obj)
    {
        var meta = ObjectMetadata.Of(obj);
        return $"{meta.Namespace}/{meta.Name}; {KindOf(obj).GoText}";
    }

    private static GroupVersionKind KindOf(JsonObject obj) =>
        GroupVersionKind.Of(TextOf(obj, "apiVersion"), TextOf(obj, "kind"));

    private static string TextOf(JsonObject obj, string name) =>
        obj[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private void CheckConfiguration()
    {
        if (_configuration["metadata"] is JsonObject metadata
            && metadata.TryGetPropertyValue("managedFields", out var sent))
        {
            if (sent is not null)
            {
                throw ApiErrors.BadRequest("metadata.managedFields must be nil");
            }

            metadata.Remove("managedFields");
        }

        if (ConfigurationRules.Check(_configuration, _form.Type) is { } wrong)
        {
            throw ApiErrors.Unclassified($"failed to create typed patch object ({Describe(_configuration)}): {wrong}");
        }
    }

    private JsonObject Force(JsonNode? managedFields)
    {
        TryApply(managedFields, force: true, out var applied);
        return applied!;
    }

    private IReadOnlyList<ApplyConflict> TryApply(JsonNode? managedFields, bool force, out JsonObject? applied)
    {
        applied = null;
        var owners = OwnersBefore(managedFields);
        var last = owners.Find(_identity);
        var merged = ConfigurationMerge.Apply(_live, _configuration, _form.Type);
        var claimed = _write.Filter.Apply(FieldSetExtraction.Of(_configuration, _form.Type));
        var own = new FieldOwner(_write.Manager, isApplied: true, _form.ApiVersion, _write.Subresource, claimed);
        if (last is not null)
        {
            own.Time = last.Time;
        }

        owners.Set(own);
        var obj = last is null ? merged : Prune(merged, owners, last, claimed);
        var changes = new FormChanges(_write, _live, obj, (o, to) => ObjectForms.Convert(o, _form, to));
        var conflicts = ConflictsOf(owners, own, changes);
        if (conflicts.Count > 0 && !force)
        {
            return conflicts;
        }

        Settle(owners, own, changes);
        if (!changes.Requested.IsEmpty || !SameButOwnersTimes.ContentIsEqual(obj, _live))
        {
            own.Time = _write.Time;
        }

        UpdateTracking.Attach(obj, owners.ToJson());
        applied = obj;
        return [];
    }

    // What an object without managers has was set by somebody before the first apply.
    private FieldOwners OwnersBefore(JsonNode? managedFields)
    {
        var owners = FieldOwners.Read(managedFields);
        if (owners.Count == 0 && _live.Count > 0)
        {
            var existing = _form.ToStored(_live);
            UpdateTracking.Update(_write with { Manager = BeforeFirstApply }, owners, [], existing);
        }

        foreach (var owner in owners.All)
        {
            if (_write.Forms.TryGet(owner.ApiVersion, out var form))
            {
                var repaired = FieldSetRepair.Of(owner.Set, form.Type);
                if (!ReferenceEquals(repaired, owner.Set))
                {
                    owner.Set = repaired;
                }
            }
        }

        return owners;
    }

    private static IReadOnlyList<ApplyConflict> ConflictsOf(FieldOwners owners, FieldOwner own, FormChanges changes) =>
    [
        .. owners.All.Where(o => !ReferenceEquals(o, own) && changes.Of(o.ApiVersion) is not null)
            .SelectMany(o => o.Set.Intersection(changes.Of(o.ApiVersion)!.Changed).Paths()
                .Select(path => new ApplyConflict(o, path))),
    ];

    // Others lose what the apply changed or removed; who is left with nothing goes.
    private static void Settle(FieldOwners owners, FieldOwner own, FormChanges changes)
    {
        foreach (var owner in owners.All)
        {
            if (ReferenceEquals(owner, own))
            {
                owner.Set = UntrackedFields.RemoveFrom(owner.Set);
            }
            else if (changes.Of(owner.ApiVersion) is not { } seen)
            {
                owners.Remove(owner);
                continue;
            }
            else if (owner.MayTouch(seen.Changed) || owner.MayTouch(seen.Removed))
            {
                owner.Set = owner.Set.Except(seen.Changed).Except(seen.Removed);
            }

            if (owner.Set.IsEmpty)
            {
                owners.Remove(owner);
            }
        }
    }

    private JsonObject Prune(JsonObject merged, FieldOwners owners, FieldOwner last, FieldSet claimed)
    {
        // Who still applies all that it applied before removes nothing.
        if (last.ApiVersion == _form.ApiVersion && last.Set.Except(claimed).IsEmpty
            || !_write.Forms.TryGet(last.ApiVersion, out var lastForm))
        {
            return merged;
        }

        var at = lastForm;
        merged = ObjectForms.Convert(merged, _form, at);
        var pruned = AbandonedFields.Drop(merged, last.Set, at.Type);
        var owned = owners.All.GroupBy(o => o.ApiVersion)
            .OrderBy(g => g.Key == lastForm.ApiVersion ? 0 : 1)
            .ThenBy(g => g.Key, StringComparer.Ordinal);
        foreach (var version in owned)
        {
            if (_write.Forms.TryGet(version.Key, out var form))
            {
                merged = ObjectForms.Convert(merged, at, form);
                pruned = ObjectForms.Convert(pruned, at, form);
                at = form;
                var fields = version.Aggregate(new FieldSet(), static (set, owner) => set.Union(owner.Set));
                pruned = AbandonedFields.AddBackOwned(merged, pruned, fields, at.Type);
            }
        }

        merged = ObjectForms.Convert(merged, at, lastForm);
        pruned = ObjectForms.Convert(pruned, at, lastForm);
        pruned = AbandonedFields.AddBackUnowned(merged, pruned, last.Set, lastForm.Type);
        return ObjectForms.Convert(pruned, lastForm, _form);
    }
}
