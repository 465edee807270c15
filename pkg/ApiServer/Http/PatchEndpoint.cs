using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.FieldManagement;

namespace Kube1.ApiServer.Http;

/// <summary>PATCH: changes to the object as it is, or a configuration that is applied to it (and creates it).</summary>
internal sealed class PatchEndpoint(ApiServerCore core)
{
    /// <summary>
    /// An object that comes and goes between look and write is somebody's endless loop; upstream's bound.
    /// </summary>
    private const int MaxAttempts = 5;

    private readonly ObjectCreator _creator = new(core);
    private readonly ObjectUpdater _updater = new(core);

    /// <summary>Answers with the patched object.</summary>
    public async Task PatchAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        var patch = await RequestPatch.ReadAsync(scope, cancellationToken).ConfigureAwait(false);
        scope.ReadWriteOptions("PatchOptions", isApply: patch.IsApply);
        scope.Negotiate();
        if (patch.IsApply)
        {
            await ApplyAsync(scope, patch, cancellationToken).ConfigureAwait(false);
            return;
        }

        var write = RequestFieldWrite.Of(scope);
        var patched = await _updater.UpdateAsync(
            scope, scope.Info.Name, current => Patched(scope, patch, write, current), cancellationToken)
            .ConfigureAwait(false);
        await ObjectResponse.WriteAsync(scope, 200, patched, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a configuration takes over the fields that others own.</summary>
    public static bool IsForced(RequestScope scope) => QueryValues.IsTrue(scope.Http.Request.Query["force"]);

    /// <summary>Keys that stand twice: an error, a warning or nothing.</summary>
    public static void ReportDuplicates(RequestScope scope, IReadOnlyList<string> duplicates)
    {
        if (duplicates.Count == 0 || scope.FieldValidation == FieldValidation.Ignore)
        {
            return;
        }

        if (scope.FieldValidation == FieldValidation.Strict)
        {
            throw ApiErrors.BadRequest(
                "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  "
                + string.Join("\n  ", duplicates));
        }

        foreach (var duplicate in duplicates)
        {
            scope.Warn(duplicate);
        }
    }

    private static JsonObject Patched(RequestScope scope, RequestPatch patch, FieldWrite write, CurrentObject current)
    {
        var schema = ObjectBody.SchemaOf(scope.Resource);
        var view = scope.Resource.View;
        var seen = view?.Of(current.Object) ?? current.Object;
        var patched = patch.Apply(seen, schema, scope.FieldValidation);
        DropUnchangedOwners(patch, seen, patched.Object);
        current.MeansMetadataAlone = patched.ChangesMetadataAlone;
        var keepsRest = current is { MeansMetadataAlone: true, IsRestSettled: true };
        var obj = ObjectBody.Canonical(scope, patched, scope.Resource.Decoder, keepsRest);
        if (!keepsRest)
        {
            view?.ToStored(obj);
            scope.Resource.Strategy.Default(obj);
        }

        ObjectBody.CheckName(scope, obj);
        var isCompared = UpdateTracking.Track(write, current.Object, obj, keepsRest);
        if (isCompared && !keepsRest)
        {
            current.SettleRest(obj);
        }

        return obj;
    }

    // Owners are most of a small object, and few patches mean them: what came back as it was need not be decoded again.
    private static void DropUnchangedOwners(RequestPatch patch, JsonObject before, JsonObject after)
    {
        if (UpdateTracking.Detach(after) is { } sent && patch.MayChangeOwners
            && !UpdateTracking.AreSame(before["metadata"]?["managedFields"], sent))
        {
            UpdateTracking.Attach(after, sent);
        }
    }

    private async Task ApplyAsync(RequestScope scope, RequestPatch patch, CancellationToken cancellationToken)
    {
        var configuration = patch.ReadConfiguration(out var duplicates);
        var write = RequestFieldWrite.Of(scope);
        var resource = scope.Resource;
        var key = resource.KeyOf(scope.Namespace, scope.Info.Name);
        for (var attempt = 1; ; attempt++)
        {
            var exists = resource.Objects.Snapshot.Get(key) is not null || scope.Info.Subresource.Length > 0;
            try
            {
                var stored = exists
                    ? await _updater.UpdateAsync(
                        scope, scope.Info.Name,
                        current => Applied(scope, write, current.Object, configuration, duplicates), cancellationToken)
                        .ConfigureAwait(false)
                    : await CreateAsync(
                        scope, Applied(scope, write, null, configuration, duplicates), cancellationToken)
                        .ConfigureAwait(false);
                await ObjectResponse.WriteAsync(scope, exists ? 200 : 201, stored, cancellationToken)
                    .ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (attempt < MaxAttempts && scope.Info.Subresource.Length == 0
                && e.Is(exists ? StatusReasons.NotFound : StatusReasons.AlreadyExists)
                && resource.Objects.Snapshot.Get(key) is null == exists)
            {
                // Somebody else created or deleted the object meanwhile.
            }
        }
    }

    private static JsonObject Applied(
        RequestScope scope, FieldWrite write, JsonObject? current, JsonObject configuration, IReadOnlyList<string> duplicates)
    {
        var form = write.Forms.Requested;
        var live = current is null ? null : form.FromStored(current);
        var applied = ServerSideApply.Apply(write, live, configuration, IsForced(scope));
        var owners = UpdateTracking.Detach(applied);
        ReportDuplicates(scope, duplicates);
        JsonObject obj;
        try
        {
            obj = scope.Resource.Decoder.Canonicalize(applied).Object;
        }
        catch (ObjectDecodeException e)
        {
            throw ApiErrors.Unclassified(
                $"failed to convert new object ({ServerSideApply.Describe(configuration)}) to proper version "
                + $"({form.ApiVersion}): {e.Message}");
        }

        obj = form.ToStored(obj);
        scope.Resource.Strategy.Default(obj);
        ObjectBody.CheckName(scope, obj);
        UpdateTracking.Attach(obj, owners);
        return obj;
    }

    private async ValueTask<StoredObject> CreateAsync(
        RequestScope scope, JsonObject obj, CancellationToken cancellationToken)
    {
        var meta = ObjectMetadata.Of(obj);
        if (meta.Uid.Length > 0)
        {
            throw ApiErrors.Conflict(
                scope.Resource.GroupResource, scope.Info.Name,
                $"uid mismatch: the provided object specified uid {meta.Uid}, and no existing object was found");
        }

        CreatePermission.Demand(scope);
        meta.ResourceVersion = "";
        return await _creator.CreateAsync(scope, obj, cancellationToken, isTracked: true).ConfigureAwait(false);
    }
}
