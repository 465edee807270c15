using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>The frame of the built-in plug-ins: each overrides what it does.</summary>
internal abstract class AdmissionPlugin(string name) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public abstract bool Handles(AdmissionRequest request);

    /// <inheritdoc/>
    public virtual ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        Admit(request);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        Validate(request);
        return default;
    }

    /// <summary>May change the object.</summary>
    protected virtual void Admit(AdmissionRequest request)
    {
    }

    /// <summary>Judges the object as it will be stored.</summary>
    protected virtual void Validate(AdmissionRequest request)
    {
    }

    /// <summary>Whether the request is about this resource of this group itself.</summary>
    protected static bool IsFor(AdmissionRequest request, string group, string resource, string subresource = "") =>
        request.Resource.Resource.Resource == resource && request.Resource.Resource.Group == group
        && request.Subresource == subresource;

    /// <summary>Whether a pod is being created.</summary>
    protected static bool CreatesPod(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Create && IsFor(request, "", "pods");

    /// <summary>403, in the form of k8s.io/apiserver/pkg/admission NewForbidden.</summary>
    protected static ApiException Forbidden(AdmissionRequest request, string why) =>
        ApiErrors.Forbidden(request.Resource.Resource.GroupResource, request.NameInErrors, why);

    /// <summary>The name as far as it is known: a generated one is not yet.</summary>
    protected static string NameOf(AdmissionRequest request) => request.Name.Length > 0
        ? request.Name
        : (string?)request.Object?["metadata"]?["name"] ?? (string?)request.Object?["metadata"]?["generateName"] ?? "";

    /// <summary>A child object, made when missing.</summary>
    protected static JsonObject Child(JsonObject owner, string name)
    {
        if (owner[name] is not JsonObject child)
        {
            owner[name] = child = [];
        }

        return child;
    }

    /// <summary>A child list, made when missing.</summary>
    protected static JsonArray List(JsonObject owner, string name)
    {
        if (owner[name] is not JsonArray list)
        {
            owner[name] = list = [];
        }

        return list;
    }

    /// <summary>The objects of a list that may be missing.</summary>
    protected static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>The containers of a pod, init containers first.</summary>
    protected static IEnumerable<JsonObject> Containers(JsonObject spec) =>
        Items(spec["initContainers"]).Concat(Items(spec["containers"]));
}
