using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission;

namespace Kube1.ApiServer.Http;

/// <summary>
/// pods/binding: the scheduler's decision. Sets spec.nodeName once and for all, and PodScheduled. The older way to say the
/// same is to create a Binding among the namespace's bindings; then the pod is the one that it is named after.
/// </summary>
internal sealed class BindingHandler(TimeProvider time) : ISubresourceHandler
{
    private static readonly ResourceDescriptor Pods = ResourceCatalog.Find(new GroupVersionResource("", "v1", "pods"))!;

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var binding = await request.ReadObjectAsync("io.k8s.api.core.v1.Binding", cancellationToken).ConfigureAwait(false);
        var name = ObjectMetadata.Of(binding).Name;
        if (request.Info.Subresource.Length > 0 && name != request.Info.Name)
        {
            throw ApiErrors.BadRequest("name in URL does not match name in Binding object");
        }

        binding = (await request.AdmitAsync(AdmissionOperation.Create, binding, null, cancellationToken)
            .ConfigureAwait(false))!;
        Validate(binding, name);
        if (!request.DryRun)
        {
            await request.Objects.ChangeAsync(
                Pods, request.Namespace, name, pod => Bind(pod, binding), cancellationToken).ConfigureAwait(false);
        }

        await request.WriteAsync(
            201, StatusResponse.ToJson(new V1Status { Status = "Success", Code = 201 }), cancellationToken)
            .ConfigureAwait(false);
    }

    private static void Validate(JsonObject binding, string name)
    {
        var errors = new FieldErrorList();
        var target = binding["target"];
        if ((string?)target?["kind"] is not (null or "" or "Node") and var kind)
        {
            errors.NotOneOf(FieldPath.Of("target", "kind"), kind, "Node", "<empty>");
        }

        if (string.IsNullOrEmpty((string?)target?["name"]))
        {
            errors.Required(FieldPath.Of("target", "name"));
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(new GroupVersionKind("", "v1", "Binding"), name, errors);
        }
    }

    private bool Bind(JsonObject pod, JsonObject binding)
    {
        var meta = ObjectMetadata.Of(pod);
        var wanted = ObjectMetadata.Of(binding);
        var node = (string)binding["target"]!["name"]!;
        if (wanted.Uid.Length > 0 && wanted.Uid != meta.Uid)
        {
            throw Conflict(meta, $"Precondition failed: UID in precondition: {wanted.Uid}, UID in object meta: {meta.Uid}");
        }

        if (meta.DeletionTimestamp is not null)
        {
            throw Conflict(meta, $"pod {meta.Name} is being deleted, cannot be assigned to a host");
        }

        if ((string?)pod["spec"]?["nodeName"] is { Length: > 0 } current)
        {
            throw Conflict(meta, $"pod {meta.Name} is already assigned to node \"{current}\"");
        }

        pod["spec"]!["nodeName"] = node;
        foreach (var (key, value) in wanted.Annotations ?? [])
        {
            meta.SetAnnotation(key, (string?)value);
        }

        // The pod learns where it is: admission has put the node's zone and region into the binding.
        foreach (var (key, value) in wanted.Labels ?? [])
        {
            Labels(meta)[key] = (string?)value;
        }

        SetScheduled(pod);
        return true;
    }

    private static JsonObject Labels(ObjectMetadata meta)
    {
        var metadata = meta.GetOrCreate();
        if (metadata["labels"] is not JsonObject labels)
        {
            metadata["labels"] = labels = [];
        }

        return labels;
    }

    private void SetScheduled(JsonObject pod)
    {
        if (pod["status"] is not JsonObject status)
        {
            pod["status"] = status = [];
        }

        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        if (conditions.FirstOrDefault(c => (string?)c?["type"] == "PodScheduled") is { } before)
        {
            conditions.Remove(before);
        }

        // Where it was meant to go has come true, or is of no use any more (KEP-5278).
        status.Remove("nominatedNodeName");
        conditions.Add((JsonNode)new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "True",
            ["lastTransitionTime"] = TransitionTime(),
        });
    }

    private string TransitionTime() => time.GetUtcNow().UtcDateTime.ToString(
        "yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static ApiException Conflict(ObjectMetadata meta, string why) => ApiErrors.Conflict(
        new GroupResource("", "pods/binding"), meta.Name, why);
}
