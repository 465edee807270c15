using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.FieldManagement;

namespace Kube1.ApiServer.Http;

/// <summary>/scale: an autoscaling/v1 Scale as a view of the object's replicas.</summary>
internal sealed class ScaleEndpoint(ApiServerCore core)
{
    private const string ScaleType = "io.k8s.api.autoscaling.v1.Scale";

    /// <summary>Stands for replicas that a custom object does not have, so that a patch must set them.</summary>
    private const int UnsetReplicas = int.MinValue;

    private static readonly GroupVersionKind ScaleKind = new("autoscaling", "v1", "Scale");

    private readonly ObjectUpdater _updater = new(core);

    /// <summary>get, update and patch.</summary>
    public async Task ServeAsync(RequestScope scope)
    {
        var resource = scope.Resource;
        var mapping = resource.Strategy.Scale ?? new ScaleMapping();
        var type = SchemaCatalog.BuiltIn.Find(ScaleType)!;
        switch (scope.Info.Verb)
        {
            case "get":
                var entry = resource.Objects.Snapshot.Get(resource.KeyOf(scope.Namespace, scope.Info.Name))
                    ?? throw ApiErrors.NotFound(resource.GroupResource, scope.Info.Name);
                await AnswerAsync(scope, mapping, StoredObject.Of(entry), mustHaveReplicas: true).ConfigureAwait(false);
                return;
            case "update":
                scope.ReadWriteOptions("UpdateOptions");
                var body = await ObjectBody.ReadAsync(scope, type, scope.Aborted).ConfigureAwait(false);
                ObjectBody.CheckName(scope, body);
                await ChangeAsync(scope, mapping, (write, scale) => Tracked(write, scale, body.DeepClone().AsObject()))
                    .ConfigureAwait(false);
                return;
            default:
                var patch = await RequestPatch.ReadAsync(scope, scope.Aborted).ConfigureAwait(false);
                scope.ReadWriteOptions("PatchOptions", isApply: patch.IsApply);
                await ChangeAsync(scope, mapping, patch.IsApply
                    ? Applied(scope, patch)
                    : (write, scale) => Tracked(
                        write, scale,
                        ObjectBody.Canonical(
                            scope, patch.Apply(scale, type, scope.FieldValidation), BodyDecoder.Of(type))))
                    .ConfigureAwait(false);
                return;
        }
    }

    private static JsonObject Tracked(FieldWrite write, JsonObject scale, JsonObject changed)
    {
        UpdateTracking.Track(write, scale, changed);
        return changed;
    }

    private static Func<FieldWrite, JsonObject, JsonObject> Applied(RequestScope scope, RequestPatch patch)
    {
        var configuration = patch.ReadConfiguration(out var duplicates);
        return (write, scale) =>
        {
            var applied = ServerSideApply.Apply(write, scale, configuration, PatchEndpoint.IsForced(scope));
            PatchEndpoint.ReportDuplicates(scope, duplicates);
            return applied;
        };
    }

    // The change is made to a Scale that has those managers alone that own the replicas, and taken over from there.
    private async ValueTask ChangeAsync(
        RequestScope scope, ScaleMapping mapping, Func<FieldWrite, JsonObject, JsonObject> change)
    {
        var scaleForm = new ObjectForm(ScaleKind, SchemaCatalog.BuiltIn.Find(ScaleType)!);
        var write = RequestFieldWrite.Of(scope, ObjectForms.Only(scaleForm));
        var parent = scope.Resource.Descriptor.Kind.ApiVersion;
        var paths = ReplicasPathsOf(scope.Resource, mapping);
        var updated = await _updater.UpdateAsync(
            scope, scope.Info.Name,
            stored =>
            {
                var current = stored.Object;
                var owners = new ScaleOwners(current, parent, paths);
                var before = ToScale(mapping, current);
                if (mapping.IsCustom && Get(current, mapping.SpecReplicasPath) is null)
                {
                    before.Child("spec")!["replicas"] = UnsetReplicas;
                }

                UpdateTracking.Attach(before, owners.OfScale());
                var scale = change(write, before);
                if (scale.Integer("spec.replicas") == UnsetReplicas)
                {
                    throw ApiErrors.BadRequest($"the spec replicas field \".{mapping.SpecReplicasPath}\" cannot be empty");
                }

                ObjectBody.CheckName(scope, scale);
                Validate(scope, scale);
                var obj = current.DeepClone().AsObject();
                var meta = ObjectMetadata.Of(obj);
                CheckUid(scope, ObjectMetadata.Of(scale).Uid, meta.Uid);
                // The client's precondition is that of the scale.
                meta.ResourceVersion = ObjectMetadata.Of(scale).ResourceVersion;
                Set(obj, mapping.SpecReplicasPath, scale["spec"]?["replicas"]?.DeepClone() ?? 0L);
                UpdateTracking.Attach(obj, owners.OfParent(UpdateTracking.Detach(scale)));
                return obj;
            },
            scope.Aborted, new ScaleAdmission(mapping)).ConfigureAwait(false);
        await AnswerAsync(scope, mapping, updated).ConfigureAwait(false);
    }

    private static void CheckUid(RequestScope scope, string wanted, string actual)
    {
        if (wanted.Length > 0 && wanted != actual)
        {
            var resource = scope.Resource.GroupResource;
            throw ApiErrors.Conflict(
                resource with { Resource = resource.Resource + "/scale" }, scope.Info.Name,
                $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");
        }
    }

    private static void Validate(RequestScope scope, JsonObject scale)
    {
        if (scale["spec"]?["replicas"]?.GetValue<long>() is < 0 and var replicas)
        {
            var errors = new FieldErrorList();
            errors.Invalid(FieldPath.Of("spec", "replicas"), replicas, "must be greater than or equal to 0");
            throw ApiErrors.Invalid(ScaleKind, scope.Info.Name, errors);
        }
    }

    // In which field each version of the resource has its replicas; null where it has none.
    private static Func<string, string?> ReplicasPathsOf(ServedResource resource, ScaleMapping mapping)
    {
        var own = resource.Descriptor.Kind.ApiVersion;
        return resource.Custom is { } custom
            ? version => custom.Owner.FindVersion(version)?.ScaleMapping?.SpecReplicasPath
            : version => version == own ? mapping.SpecReplicasPath : null;
    }

    private static async ValueTask AnswerAsync(
        RequestScope scope, ScaleMapping mapping, StoredObject stored, bool mustHaveReplicas = false)
    {
        var obj = await stored.ToJsonAsync(scope.Resource, scope.Aborted).ConfigureAwait(false);
        if (mapping.IsCustom && mustHaveReplicas && Get(obj, mapping.SpecReplicasPath) is null)
        {
            throw ApiErrors.Internal($"the spec replicas field \".{mapping.SpecReplicasPath}\" does not exist");
        }

        await ObjectResponse.WriteAsync(
            scope, 200, ToScale(mapping, obj), ScaleColumns.Of(mapping), scope.Aborted).ConfigureAwait(false);
    }

    /// <summary>The Scale that shows an object's replicas.</summary>
    internal static JsonObject ToScale(ScaleMapping mapping, JsonObject obj)
    {
        var metadata = new JsonObject();
        foreach (var field in new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" })
        {
            if (obj["metadata"]?[field] is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }

        var status = new JsonObject { ["replicas"] = Get(obj, mapping.StatusReplicasPath)?.DeepClone() ?? 0L };
        if (SelectorOf(mapping, obj) is { Length: > 0 } selector)
        {
            status["selector"] = selector;
        }

        var spec = new JsonObject();
        if (Get(obj, mapping.SpecReplicasPath) is { } replicas)
        {
            spec["replicas"] = replicas.DeepClone();
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = spec,
            ["status"] = status,
        };
    }

    private static string SelectorOf(ScaleMapping mapping, JsonObject obj)
    {
        if (mapping.Selector(obj) is { Length: > 0 } own)
        {
            return own;
        }

        if (mapping.IsCustom)
        {
            return "";
        }

        // A LabelSelector, or the plain map of a ReplicationController.
        var selector = obj["spec"]?["selector"] as JsonObject;
        if (selector?["matchLabels"] is JsonObject || selector?["matchExpressions"] is JsonArray)
        {
            return Api.Selectors.LabelSelector.From(
                Api.Models.KubeJson.Deserialize<Api.Models.V1LabelSelector>(selector)).ToString();
        }

        return selector is null ? "" : string.Join(
            ',', selector.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
    }

    private static JsonNode? Get(JsonObject obj, string path)
    {
        JsonNode? node = obj;
        foreach (var name in path.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    /// <summary>Sets the field at a path.</summary>
    internal static void Set(JsonObject obj, string path, JsonNode value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (obj[name] is not JsonObject inner)
            {
                obj[name] = inner = [];
            }

            obj = inner;
        }

        obj[names[^1]] = value;
    }
}
