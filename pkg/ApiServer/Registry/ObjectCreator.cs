using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry.FieldManagement;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>POST: a new object from its decoded body to the store.</summary>
internal sealed class ObjectCreator(ApiServerCore core)
{
    /// <summary>A clash of two random names of five characters is rare; eight in a row mean that something else is wrong.</summary>
    private const int MaxNameAttempts = 8;

    private const int SuffixChars = 5;

    /// <summary>A name may have 63 characters where it becomes a label or a host name.</summary>
    private const int MaxGeneratedChars = 63;

    // Without vowels and look-alikes: no words, good or bad.
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>
    /// Admits, checks and stores a decoded, defaulted object. The client becomes the owner of its fields, unless an apply
    /// <paramref name="isTracked"/> them already.
    /// </summary>
    public async ValueTask<StoredObject> CreateAsync(
        RequestScope scope, JsonObject obj, CancellationToken cancellationToken, bool isTracked = false)
    {
        MatchNamespace(scope, obj);
        ClearSystemFields(obj);
        RefuseAtTheEnd(scope, obj);

        if (!isTracked)
        {
            RepeatedOwners.Drop(obj, isAdmitted: false, scope.Warn);
            UpdateTracking.Track(RequestFieldWrite.Of(scope), null, obj);
        }

        var owners = ManagedFieldsRules.Before(obj);
        var admission = AdmissionFor(scope, obj);
        await core.Admission.AdmitAsync(admission, cancellationToken).ConfigureAwait(false);
        obj = admission.Object!;
        // Webhooks have no more rights to these than clients.
        MatchNamespace(scope, obj);
        ClearSystemFields(obj);
        ManagedFieldsRules.RestoreIfInvalid(owners, obj, scope.Warn);
        RepeatedOwners.Drop(obj, isAdmitted: true, scope.Warn);

        var meta = ObjectMetadata.Of(obj);
        var generate = meta.Name.Length == 0 && meta.GenerateName.Length > 0;
        for (var attempt = 1; ; attempt++)
        {
            var candidate = generate ? obj.DeepClone().AsObject() : obj;
            if (generate)
            {
                ObjectMetadata.Of(candidate).GetOrCreate()["name"] = GeneratedName(meta.GenerateName);
            }

            if (await TryCreateAsync(scope, candidate, cancellationToken).ConfigureAwait(false) is { } created)
            {
                return created;
            }

            if (!generate || attempt == MaxNameAttempts)
            {
                throw ApiErrors.AlreadyExists(scope.Resource.GroupResource, ObjectMetadata.Of(candidate).Name);
            }
        }
    }

    /// <summary>"web-" to "web-x7k2p"; long prefixes are cut.</summary>
    public static string GeneratedName(string prefix)
    {
        var cut = prefix.Length > MaxGeneratedChars - SuffixChars ? prefix[..(MaxGeneratedChars - SuffixChars)] : prefix;
        return cut + RandomNumberGenerator.GetString(SuffixAlphabet, SuffixChars);
    }

    private async ValueTask<StoredObject?> TryCreateAsync(
        RequestScope scope, JsonObject obj, CancellationToken cancellationToken)
    {
        var resource = scope.Resource;
        var context = scope.StrategyContext;
        FillSystemFields(obj);
        resource.Strategy.DropDisabled(obj, null);
        resource.Strategy.PrepareForCreate(context, obj);
        if (resource.Strategy.TracksGeneration)
        {
            ObjectMetadata.Of(obj).Generation = 1;
        }

        Validate(scope, context, obj);
        foreach (var warning in resource.Strategy.Warnings(context, obj, null))
        {
            scope.Warn(warning);
        }

        using var reservation = await resource.Strategy.BeginCreateAsync(context, obj, cancellationToken)
            .ConfigureAwait(false);
        using var end = new WriteEnd();
        await core.Admission.ValidateAsync(AdmissionFor(scope, obj, end), cancellationToken).ConfigureAwait(false);
        var key = resource.KeyOf(scope.Namespace, ObjectMetadata.Of(obj).Name);
        if (scope.DryRun)
        {
            return resource.Objects.Snapshot.Get(key) is null ? StoredObject.NotStored(obj) : null;
        }

        // Only upstream's storage looks at it, and its error has no better code.
        if (ObjectMetadata.Of(obj).ResourceVersion.Length > 0)
        {
            throw ApiErrors.Unclassified("resourceVersion should not be set on objects to be created");
        }

        var encoded = await resource.Codec.EncodeAsync(obj, cancellationToken).ConfigureAwait(false);
        RefuseAtTheEnd(scope, obj);
        var create = WriteOperation.Create(resource.Objects, key, encoded.Bytes) with
        {
            Description = encoded.Description ?? resource.DescriptionOf(obj),
        };
        var result = await core.Store.WriteAsync(create, cancellationToken).ConfigureAwait(false);
        if (!result.IsCommitted)
        {
            return null;
        }

        reservation?.Commit();
        return StoredObject.Of(result.Entry!);
    }

    // Asked again right before the write, because admission may take long: an object that is created after the definition
    // has let all others go would stay behind, and come back with the next definition of that name.
    private void RefuseAtTheEnd(RequestScope scope, JsonObject obj)
    {
        switch (core.Catalog.StateOf(scope.Resource))
        {
            case DefinitionState.Terminating:
                throw ApiErrors.Forbidden(
                    scope.Resource.GroupResource, ObjectMetadata.Of(obj).Name,
                    "create not allowed while custom resource definition is terminating");
            case DefinitionState.Gone:
                throw ApiErrors.PathNotFound();
        }
    }

    private void FillSystemFields(JsonObject obj)
    {
        var meta = ObjectMetadata.Of(obj);
        meta.Uid = Guid.NewGuid().ToString();
        meta.CreationTimestamp = core.Time.GetUtcNow();
    }

    // What only the server sets.
    private static void ClearSystemFields(JsonObject obj)
    {
        var meta = ObjectMetadata.Of(obj).GetOrCreate();
        foreach (var field in new[]
        {
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink",
        })
        {
            meta.Remove(field);
        }
    }

    private static void MatchNamespace(RequestScope scope, JsonObject obj)
    {
        var meta = ObjectMetadata.Of(obj);
        var requested = scope.Namespace ?? "";
        if (meta.Namespace.Length == 0 || requested.Length == 0)
        {
            meta.Namespace = requested;
        }
        else if (meta.Namespace != requested)
        {
            throw ApiErrors.BadRequest(
                "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static void Validate(RequestScope scope, StrategyContext context, JsonObject obj)
    {
        var errors = new FieldErrorList();
        ObjectMetaValidation.Validate(
            obj, scope.Resource.Descriptor.Namespaced, scope.Resource.Strategy.ValidateName, errors,
            scope.Resource.Strategy.TakesAnyFinalizer);
        ManagedFieldsRules.Validate(obj, FieldPath.Of("metadata"), errors);
        scope.Resource.Strategy.Validate(context, obj, errors);
        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(scope.Resource.Descriptor.Kind, ObjectMetadata.Of(obj).Name, errors);
        }
    }

    private AdmissionRequest AdmissionFor(RequestScope scope, JsonObject obj, WriteEnd? end = null) => new()
    {
        End = end,
        Operation = AdmissionOperation.Create,
        Resource = scope.Resource.Descriptor,
        Namespace = scope.Namespace ?? "",
        Name = ObjectMetadata.Of(obj).Name,
        User = scope.User,
        Object = obj,
        DryRun = scope.DryRun,
        Objects = core.Objects,
        Origin = scope.AdmissionOrigin,
        WarningSink = scope.Warn,
    };
}
