using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Owners are set only by who may delete the object, and block their owner's deletion only for who may set the owner's
/// finalizers. Off unless it is asked for, as upstream.
/// </summary>
internal sealed class OwnerReferencesPermissionEnforcement(
    IAuthorizer authorizer, Func<IObjectRegistry> objects) : AdmissionPlugin("OwnerReferencesPermissionEnforcement")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && request.Object is not null

        // A pod's status cannot change its owners, and old kubelets sent them wrong.
        && !IsFor(request, "", "pods", "status");

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var owners = Owners(request.Object);
        var before = Owners(request.OldObject);
        if (owners.Count == before.Count && owners.Zip(before).All(p => JsonNode.DeepEquals(p.First, p.Second)))
        {
            return;
        }

        // Whoever makes an object may say what it goes with.
        if (request.Operation == AdmissionOperation.Update && MayDelete(request) is { Allowed: false, Reason: var reason })
        {
            throw Forbidden(request, $"cannot set an ownerRef on a resource you can't delete: {reason}, <nil>");
        }

        var blocking = owners.Where(IsBlocking)
            .Where(o => before.Find(b => (string?)b["uid"] == (string?)o["uid"]) is not { } known || !IsBlocking(known))
            .ToList();
        if (blocking.Count == 0 || MayFinalize(request, "*", "*", "*", "*", request.Namespace).Allowed)
        {
            return;
        }

        foreach (var owner in blocking)
        {
            RequireFinalizing(
                request, (string?)owner["apiVersion"] ?? "", (string?)owner["kind"] ?? "", (string?)owner["name"] ?? "");
        }
    }

    private void RequireFinalizing(AdmissionRequest request, string apiVersion, string kind, string name)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : apiVersion[..slash];
        var version = apiVersion[(slash + 1)..];
        if (objects().ResourceOf(new GroupVersionKind(group, version, kind)) is not { } resource)
        {
            throw Forbidden(
                request,
                $"cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion {apiVersion} Kind "
                + $"{kind}: no matches for kind \"{kind}\" in version \"{apiVersion}\"");
        }

        var ns = resource.Namespaced ? request.Namespace : "";
        if (MayFinalize(request, group, version, resource.Resource.Resource, name, ns) is { Allowed: false, Reason: var reason })
        {
            throw Forbidden(
                request,
                "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: "
                + $"{reason}, <nil>");
        }
    }

    private AuthorizationDecision MayDelete(AdmissionRequest request) => authorizer.Authorize(new AuthorizationAttributes
    {
        User = request.User,
        Verb = "delete",
        Namespace = request.Namespace,
        ApiGroup = request.Resource.Resource.Group,
        ApiVersion = request.Resource.Resource.Version,
        Resource = request.Resource.Resource.Resource,
        Subresource = request.Subresource,
        Name = request.Name,
        IsResourceRequest = true,
    });

    private AuthorizationDecision MayFinalize(
        AdmissionRequest request, string group, string version, string resource, string name, string ns) =>
        authorizer.Authorize(new AuthorizationAttributes
        {
            User = request.User,
            Verb = "update",
            Namespace = ns,
            ApiGroup = group,
            ApiVersion = version,
            Resource = resource,
            Subresource = "finalizers",
            Name = name,
            IsResourceRequest = true,
        });

    private static bool IsBlocking(JsonObject owner) => (bool?)owner["blockOwnerDeletion"] == true;

    private static List<JsonObject> Owners(JsonObject? obj) => [.. Items(obj?["metadata"]?["ownerReferences"])];
}
