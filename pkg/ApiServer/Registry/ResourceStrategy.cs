using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// The behaviour of one kind; its names and fields are data. The generic registry calls the members in the order in
/// which they stand here. Objects are canonical: decoded by the schema, no nulls, no unknown fields.
/// </summary>
public abstract class ResourceStrategy
{
    /// <summary>Fills in what upstream's defaulting fills in. Idempotent; runs after each decode, before admission.</summary>
    public virtual void Default(JsonObject obj)
    {
    }

    /// <summary>
    /// Whether <see cref="Default"/> reads or fills in metadata. Where it does not, a change of metadata alone leaves all
    /// defaults as they are.
    /// </summary>
    public virtual bool DefaultsMetadata => false;

    /// <summary>
    /// Drops the fields behind feature gates that are off in v1.36, but for those that the stored object has already. Runs
    /// ahead of PrepareForCreate, with no <paramref name="old"/>, and of PrepareForUpdate.
    /// </summary>
    public virtual void DropDisabled(JsonObject obj, JsonObject? old)
    {
    }

    /// <summary>Drops what a creator may not set: by default the status, where it is a subresource.</summary>
    public virtual void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        if (context.Resource.Subresources.Any(s => s.Name == "status"))
        {
            obj.Remove("status");
        }
    }

    /// <summary>Keeps what an update may not change: by default the status, where it is a subresource.</summary>
    public virtual void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        if (context.Resource.Subresources.Any(s => s.Name == "status"))
        {
            Keep("status", obj, old);
        }
    }

    /// <summary>Keeps all but the status and the metadata that a status update may change.</summary>
    public virtual void PrepareForStatusUpdate(StrategyContext context, JsonObject obj, JsonObject old) =>
        KeepAllBut(obj, old, "status");

    /// <summary>
    /// The same for the other subresources whose body is the object itself (ephemeralcontainers, resize, approval,
    /// finalize). Kinds that have any override this and <see cref="ValidateSubresourceUpdate"/>.
    /// </summary>
    public virtual void PrepareForSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old)
    {
        if (subresource == "status")
        {
            PrepareForStatusUpdate(context, obj, old);
        }
    }

    /// <summary>Whether metadata.generation starts at 1 and rises when anything but metadata and status changes.</summary>
    public virtual bool TracksGeneration => false;

    /// <summary>Whether the generation rises with the status too: where that is no subresource of a custom resource.</summary>
    public virtual bool StatusRaisesGeneration => false;

    /// <summary>Whether a finalizer may be any qualified name: built-in kinds take none that is neither known nor of a domain.</summary>
    public virtual bool TakesAnyFinalizer => false;

    /// <summary>Adds what is wrong with a new object; metadata has been checked. Like all checks, it changes nothing.</summary>
    public virtual void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
    }

    /// <summary>Adds what is wrong with a changed object; metadata has been checked.</summary>
    public virtual void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        Validate(context, obj, errors);

    /// <summary>Adds what is wrong with a changed status.</summary>
    public virtual void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
    }

    /// <summary>Adds what is wrong after an update of a subresource.</summary>
    public virtual void ValidateSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (subresource == "status")
        {
            ValidateStatusUpdate(context, obj, old, errors);
        }
    }

    /// <summary>
    /// What is wrong with a name of this kind, in upstream's words; <paramref name="prefix"/> when it is a
    /// generateName. By default names are DNS subdomains.
    /// </summary>
    public virtual IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.Subdomain(name, prefix);

    /// <summary>What to warn the client of: deprecated fields, odd values. <paramref name="old"/> is null on create.</summary>
    public virtual IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) => [];

    /// <summary>What to warn of on every request for a kind that upstream would rather not have; null for all others.</summary>
    public virtual string? Deprecation => null;

    /// <summary>The fields that selectors may name.</summary>
    public virtual IReadOnlyList<SelectableField> SelectableFields => [];

    /// <summary>What is said of a field that selectors may not name.</summary>
    public virtual string FieldNotSupported(string path) => SelectableFields.Count > 0
        ? $"field label not supported: {path}"
        : $"\"{path}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";

    /// <summary>The columns of kubectl get.</summary>
    public virtual IReadOnlyList<PrintColumn> PrintColumns => DefaultPrintColumns.NameAndAge;

    /// <summary>Whether PUT on a name that is free creates the object.</summary>
    public virtual bool AllowCreateOnUpdate => false;

    /// <summary>Whether PUT without a resourceVersion overwrites.</summary>
    public virtual bool AllowUnconditionalUpdate => true;

    /// <summary>Takes what the new object needs (cluster IPs, node ports), writing it into the object.</summary>
    public virtual ValueTask<IReservation?> BeginCreateAsync(
        StrategyContext context, JsonObject obj, CancellationToken cancellationToken) => default;

    /// <summary>Takes what the changed object needs.</summary>
    public virtual ValueTask<IReservation?> BeginUpdateAsync(
        StrategyContext context, JsonObject obj, JsonObject old, CancellationToken cancellationToken) => default;

    /// <summary>The object is gone: gives back what it held.</summary>
    public virtual ValueTask AfterDeleteAsync(
        StrategyContext context, JsonObject obj, CancellationToken cancellationToken) => default;

    /// <summary>
    /// The grace period of a delete in seconds, given the one asked for (null: none asked); null when this kind is not
    /// deleted gracefully. Zero deletes at once.
    /// </summary>
    public virtual long? GracePeriodSeconds(JsonObject obj, long? asked) => null;

    /// <summary>Whether something besides metadata.finalizers still holds the object (a namespace's spec.finalizers).</summary>
    public virtual bool IsHeld(JsonObject obj) => false;

    /// <summary>The object has just got its deletionTimestamp: a namespace becomes Terminating.</summary>
    public virtual void OnMarkedForDeletion(JsonObject obj)
    {
    }

    /// <summary>
    /// What happens to dependents when the client names no policy: Background or Orphan. Unsupported: there are none, and
    /// what the client names does not count either.
    /// </summary>
    public virtual string DefaultPropagationPolicy => "Background";

    /// <summary>What to warn of on delete.</summary>
    public virtual IEnumerable<string> WarningsOnDelete(V1DeleteOptions options) => [];

    /// <summary>
    /// Whether a change says nothing but that the object is still alive, or that what it reports has happened again: a crash
    /// may take it back. It counts for kinds whose writes do not wait for the disk.
    /// </summary>
    public virtual bool IsRenewal(JsonObject obj, JsonObject old) => false;

    /// <summary>How /scale maps; null for kinds without.</summary>
    public virtual ScaleMapping? Scale => null;

    /// <summary>Takes over one top-level field from the stored object.</summary>
    protected static void Keep(string field, JsonObject obj, JsonObject old)
    {
        if (old[field] is { } value)
        {
            obj[field] = value.DeepClone();
        }
        else
        {
            obj.Remove(field);
        }
    }

    /// <summary>Takes over fields of the metadata from the stored object.</summary>
    protected static void KeepMetadata(JsonObject obj, JsonObject old, params ReadOnlySpan<string> fields)
    {
        var (meta, before) = (ObjectMetadata.Of(obj).GetOrCreate(), ObjectMetadata.Of(old).GetOrCreate());
        foreach (var field in fields)
        {
            Keep(field, meta, before);
        }
    }

    /// <summary>Takes over all top-level fields from the stored object, but for one and the metadata.</summary>
    protected static void KeepAllBut(JsonObject obj, JsonObject old, string changed)
    {
        foreach (var field in obj.Select(p => p.Key).Concat(old.Select(p => p.Key)).Distinct().ToList())
        {
            if (field != changed && field is not ("metadata" or "apiVersion" or "kind"))
            {
                Keep(field, obj, old);
            }
        }
    }
}
