using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry.FieldManagement;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>PUT and PATCH, of an object or one of its subresources: from the stored state to a new one.</summary>
internal sealed class ObjectUpdater(ApiServerCore core)
{
    private const string TimedOut =
        "Timeout: request did not complete within requested timeout - context deadline exceeded";

    /// <summary>
    /// Makes the new state from the current one by <paramref name="produce"/>, which runs again after a lost race, until
    /// the request's time is up: each loss means that another write won. The new state's resourceVersion, when there is
    /// one, must be the current one's. Admission sees both states in <paramref name="form"/>, when the client writes
    /// another kind of object than the stored one.
    /// </summary>
    public async ValueTask<StoredObject> UpdateAsync(
        RequestScope scope, string name, Func<CurrentObject, JsonObject> produce, CancellationToken cancellationToken,
        IAdmissionForm? form = null)
    {
        var resource = scope.Resource;
        var key = resource.KeyOf(scope.Namespace, name);
        while (true)
        {
            var entry = resource.Objects.Snapshot.Get(key) ?? throw ApiErrors.NotFound(resource.GroupResource, name);
            var old = await resource.Codec.DecodeAsync(entry, entry.Revision, cancellationToken).ConfigureAwait(false);
            var current = new CurrentObject(resource, entry, old);
            var obj = produce(current);
            CheckPreconditions(scope, name, obj, old);
            if (await TryUpdateAsync(scope, name, current, obj, form, cancellationToken).ConfigureAwait(false) is { } done)
            {
                return done;
            }

            // A client that named the revision it saw fails the precondition in the next round.
            if (core.Time.GetUtcNow() >= scope.Deadline)
            {
                throw ApiErrors.Timeout(TimedOut, retryAfterSeconds: 0);
            }
        }
    }

    // Null when another write won the race.
    private async ValueTask<StoredObject?> TryUpdateAsync(
        RequestScope scope, string name, CurrentObject current, JsonObject obj, IAdmissionForm? form,
        CancellationToken cancellationToken)
    {
        var resource = scope.Resource;
        var old = current.Object;
        KeepSystemFields(obj, old);
        var owners = ManagedFieldsRules.Before(obj);
        var admission = AdmissionFor(scope, name, obj, old, form);
        await core.Admission.AdmitAsync(admission, cancellationToken).ConfigureAwait(false);
        obj = form?.Take(admission.Object!, obj) ?? admission.Object!;
        KeepSystemFields(obj, old);
        ManagedFieldsRules.RestoreIfInvalid(owners, obj, scope.Warn);
        RepeatedOwners.Drop(obj, isAdmitted: true, scope.Warn);
        var encoded = Prepare(scope, obj, current);
        var context = scope.StrategyContext with { KeepsRest = encoded is not null };
        Validate(scope, context, obj, old);
        foreach (var warning in resource.Strategy.Warnings(context, obj, old))
        {
            scope.Warn(warning);
        }

        using var reservation = scope.Info.Subresource.Length == 0
            ? await resource.Strategy.BeginUpdateAsync(context, obj, old, cancellationToken).ConfigureAwait(false)
            : null;
        using var end = new WriteEnd();
        await core.Admission.ValidateAsync(AdmissionFor(scope, name, obj, old, form, end), cancellationToken)
            .ConfigureAwait(false);
        if (encoded is not null && reservation is not null)
        {
            // What is reserved was written into the object.
            encoded = current.EncodeIfRestIsSame(obj);
        }

        return await StoreAsync(scope, current, obj, encoded, reservation, cancellationToken).ConfigureAwait(false);
    }

    // An object whose rest is kept may be encoded already.
    private async ValueTask<StoredObject?> StoreAsync(
        RequestScope scope, CurrentObject current, JsonObject obj, byte[]? keepingRest, IReservation? reservation,
        CancellationToken cancellationToken)
    {
        var resource = scope.Resource;
        var (entry, old) = (current.Entry, current.Object);
        var encoded = keepingRest is null
            ? await resource.Codec.EncodeAsync(obj, cancellationToken).ConfigureAwait(false)
            : new EncodedObject(keepingRest, null);
        var bytes = encoded.Bytes;
        var meta = ObjectMetadata.Of(obj);
        var vanishes = meta.DeletionTimestamp is not null && meta.Finalizers.Count == 0
            && meta.DeletionGracePeriodSeconds is null or 0 && !resource.Strategy.IsHeld(obj);
        if (!vanishes && (bytes.AsSpan().SequenceEqual(entry.Value.Span)
            || (resource.Codec.IsStoredAsNow(entry) && SameButOwnersTimes.AreEqual(obj, old))))
        {
            return StoredObject.Of(entry);
        }

        if (scope.DryRun)
        {
            meta.ResourceVersion = entry.Revision.ToString(CultureInfo.InvariantCulture);
            return StoredObject.NotStored(obj);
        }

        var write = vanishes
            ? WriteOperation.Delete(resource.Objects, entry.Key, entry.Revision)
            : WriteOperation.Update(resource.Objects, entry.Key, bytes, entry.Revision) with
            {
                IsRenewal = resource.Strategy.IsRenewal(obj, old),
                Description = encoded.Description ?? Describe(resource, obj, keepingRest is not null && current.IsRestSettled),
            };
        var result = await core.Store.WriteAsync(write, cancellationToken).ConfigureAwait(false);
        if (!result.IsCommitted)
        {
            return null;
        }

        reservation?.Commit();
        if (!vanishes)
        {
            return StoredObject.Of(result.Entry!);
        }

        await resource.Strategy.AfterDeleteAsync(scope.StrategyContext, obj, cancellationToken).ConfigureAwait(false);
        meta.ResourceVersion = result.Revision.ToString(CultureInfo.InvariantCulture);
        return StoredObject.NotStored(obj);
    }

    private static ObjectDescription? Describe(ServedResource resource, JsonObject obj, bool isRestSettled)
    {
        var description = resource.DescriptionOf(obj);
        if (description is not null)
        {
            description.IsRestSettled = isRestSettled;
        }

        return description;
    }

    /// <summary>
    /// The uid in a body that replaces an object must be that of the one that is there. To a patch it is a field like any
    /// other, and validation refuses to change it.
    /// </summary>
    public static void CheckUid(RequestScope scope, string name, string sent, string current)
    {
        if (scope.Info.Verb == "update" && sent.Length > 0 && sent != current)
        {
            var resource = scope.Resource;
            throw ApiErrors.Conflict(
                resource.GroupResource, name,
                $"StorageError: invalid object, Code: 4, Key: /registry/{resource.GroupResource}/"
                + $"{resource.KeyOf(scope.Namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition "
                + $"failed: UID in precondition: {sent}, UID in object meta: {current}");
        }
    }

    private static void CheckPreconditions(RequestScope scope, string name, JsonObject obj, JsonObject old)
    {
        var resource = scope.Resource;
        var meta = ObjectMetadata.Of(obj);
        var current = ObjectMetadata.Of(old);
        CheckUid(scope, name, meta.Uid, current.Uid);
        if (meta.ResourceVersion == current.ResourceVersion)
        {
            return;
        }

        if (RevisionOf(meta.ResourceVersion) == 0)
        {
            if (!resource.Strategy.AllowUnconditionalUpdate)
            {
                // Upstream's error names the resource where all others name the kind.
                var errors = new FieldErrorList();
                errors.Invalid(
                    FieldPath.Of("metadata", "resourceVersion"), 0, "must be specified for an update");
                throw ApiErrors.Invalid(
                    resource.Descriptor.Kind with { Kind = resource.GroupResource.Resource }, name, errors);
            }
        }
        else if (RevisionOf(meta.ResourceVersion) != RevisionOf(current.ResourceVersion))
        {
            throw ApiErrors.Conflict(resource.GroupResource, name, ApiErrors.ObjectModified);
        }
    }

    // Nobody upstream gives the error for what is no number a better code.
    private static ulong RevisionOf(string text) => text.Length == 0 ? 0
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision
        : throw ApiErrors.Unclassified($"strconv.ParseUint: parsing {GoText.Quote(text)}: invalid syntax");

    private static void KeepSystemFields(JsonObject obj, JsonObject old)
    {
        var meta = ObjectMetadata.Of(obj).GetOrCreate();
        var before = ObjectMetadata.Of(old).Json!;
        meta.Remove("selfLink");
        Take("generation", meta, before);
        foreach (var field in new[] { "uid", "namespace", "deletionGracePeriodSeconds" })
        {
            if (meta[field] is null)
            {
                Take(field, meta, before);
            }
        }

        // What clients say of these times does not count, but they cannot mark an object that is not marked.
        foreach (var field in new[] { "creationTimestamp", "deletionTimestamp" })
        {
            if (before[field] is not null)
            {
                Take(field, meta, before);
            }
        }
    }

    private static void Take(string field, JsonObject meta, JsonObject before)
    {
        if (before[field] is { } value)
        {
            meta[field] = value.DeepClone();
        }
        else
        {
            meta.Remove(field);
        }
    }

    // The stored form of an object that turns out to keep its rest, as it was meant to; null for all others. From here on
    // nobody changes it, but for what is reserved.
    private static byte[]? Prepare(RequestScope scope, JsonObject obj, CurrentObject current)
    {
        var strategy = scope.Resource.Strategy;
        var context = scope.StrategyContext;
        var old = current.Object;
        if (scope.Info.Subresource.Length > 0 && scope.Info.Subresource != "scale")
        {
            strategy.PrepareForSubresourceUpdate(context, scope.Info.Subresource, obj, old);
        }
        else
        {
            // What the stored object has stays: of the same rest nothing is dropped.
            if (!current.MeansMetadataAlone || current.EncodeIfRestIsSame(obj) is null)
            {
                strategy.DropDisabled(obj, old);
            }

            strategy.PrepareForUpdate(context, obj, old);
        }

        if (current.MeansMetadataAlone && current.EncodeIfRestIsSame(obj) is { } encoded)
        {
            return encoded;
        }

        if (strategy.TracksGeneration && scope.Info.Subresource != "status"
            && SpecChanged(obj, old, strategy.StatusRaisesGeneration))
        {
            var meta = ObjectMetadata.Of(obj);
            meta.Generation = ObjectMetadata.Of(old).Generation + 1;
        }

        return null;
    }

    private static bool SpecChanged(JsonObject obj, JsonObject old, bool withStatus) => obj.Select(p => p.Key)
        .Union(old.Select(p => p.Key))
        .Where(k => k is not ("metadata" or "apiVersion" or "kind") && (withStatus || k != "status"))
        .Any(k => !JsonNode.DeepEquals(obj[k], old[k]));

    private static void Validate(RequestScope scope, StrategyContext context, JsonObject obj, JsonObject old)
    {
        var errors = new FieldErrorList();
        var strategy = scope.Resource.Strategy;
        ObjectMetaValidation.ValidateUpdate(obj, old, errors, strategy.TakesAnyFinalizer);
        ManagedFieldsRules.Validate(obj, FieldPath.Of("metadata"), errors);
        if (scope.Info.Subresource.Length > 0 && scope.Info.Subresource != "scale")
        {
            strategy.ValidateSubresourceUpdate(context, scope.Info.Subresource, obj, old, errors);
        }
        else
        {
            strategy.ValidateUpdate(context, obj, old, errors);
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(scope.Resource.Descriptor.Kind, ObjectMetadata.Of(old).Name, errors);
        }
    }

    private AdmissionRequest AdmissionFor(
        RequestScope scope, string name, JsonObject obj, JsonObject old, IAdmissionForm? form, WriteEnd? end = null) => new()
    {
        End = end,
        Operation = AdmissionOperation.Update,
        Resource = scope.Resource.Descriptor,
        Subresource = scope.Info.Subresource,
        Namespace = scope.Namespace ?? "",
        Name = name,
        User = scope.User,
        Object = form?.Of(obj) ?? obj,
        OldObject = form?.Of(old) ?? old,
        DryRun = scope.DryRun,
        Objects = core.Objects,
        Origin = scope.AdmissionOrigin,
        WarningSink = scope.Warn,
    };
}
