using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Rbac;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Nobody grants what he does not have, unless he holds "escalate" on the role or "bind" on what he binds. Upstream does
/// this in the registry of the group; here it is the last check of admission.
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
/// </summary>
internal sealed class RoleEscalation(IAuthorizer authorizer, RbacAuthorizer rbac) : AdmissionPlugin("RBACEscalation")
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly V1PolicyRule[] Everything =
    [
        new() { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] },
        new() { Verbs = ["*"], NonResourceURLs = ["*"] },
    ];

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => request.Resource.Resource.Group == Group
        && request.Operation is AdmissionOperation.Create or AdmissionOperation.Update
        && request.Subresource.Length == 0;

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var resource = request.Resource.Resource.Resource;
        if (request.User.Groups.Contains(UserInfo.MastersGroup))
        {
            return;
        }

        if (resource is "roles" or "clusterroles")
        {
            ValidateRole(request, resource);
        }
        else
        {
            ValidateBinding(request);
        }
    }

    private void ValidateRole(AdmissionRequest request, string resource)
    {
        // The authorizer does not know the name of what is created, so "escalate" on names counts for updates only.
        var name = request.Operation == AdmissionOperation.Create ? "" : NameOf(request);
        if (ChangesOnlyCollection(request) || Holds(request, "escalate", resource, name))
        {
            return;
        }

        RequireCoverage(request, Rules(request.Object!["rules"]), "");

        // What an aggregated role will contain is not known now: only who has everything may make or change one.
        if (Aggregates(request.Object) || Aggregates(request.OldObject))
        {
            RequireCoverage(request, Everything, "must have cluster-admin privileges to use an aggregationRule: ");
        }
    }

    private void ValidateBinding(AdmissionRequest request)
    {
        var role = request.Object!["roleRef"];
        var kind = (string?)role?["kind"] ?? "";
        var name = (string?)role?["name"] ?? "";
        if (ChangesOnlyCollection(request)
            || Holds(request, "bind", kind == "ClusterRole" ? "clusterroles" : "roles", name))
        {
            return;
        }

        // Upstream's listers say the kind in the singular.
        var rules = rbac.RulesOf(kind, request.Namespace, name)
            ?? throw ApiErrors.NotFound(new GroupResource(Group, kind.ToLowerInvariant()), name);
        RequireCoverage(request, rules, "");
    }

    /// <summary>Finalizers and owners may always go, else the garbage collector could not delete what it has no rights to.</summary>
    private static bool ChangesOnlyCollection(AdmissionRequest request) =>
        request.OldObject is { } old && JsonNode.DeepEquals(WithoutCollection(old), WithoutCollection(request.Object!));

    private static JsonObject WithoutCollection(JsonObject obj)
    {
        var rest = (JsonObject)obj.DeepClone();
        if (rest["metadata"] is JsonObject metadata)
        {
            metadata.Remove("finalizers");
            metadata.Remove("ownerReferences");
            metadata.Remove("managedFields");
            metadata.Remove("resourceVersion");
        }

        return rest;
    }

    private static bool Aggregates(JsonObject? role) =>
        role?["aggregationRule"]?["clusterRoleSelectors"] is JsonArray { Count: > 0 };

    private bool Holds(AdmissionRequest request, string verb, string resource, string name) => authorizer.Authorize(
        new AuthorizationAttributes
        {
            User = request.User,
            Verb = verb,
            ApiGroup = Group,
            ApiVersion = "*",
            Resource = resource,
            Namespace = request.Namespace,
            Name = name,
            IsResourceRequest = true,
        }).Allowed;

    private void RequireCoverage(AdmissionRequest request, IReadOnlyList<V1PolicyRule> wanted, string prefix)
    {
        var (owned, error) = rbac.RulesFor(request.User, request.Namespace);
        var missing = RuleCoverage.Uncovered(owned, wanted);
        if (missing.Count == 0)
        {
            return;
        }

        var lines = RuleCoverage.Compacted(missing).Select(RuleCoverage.Compact).Order(StringComparer.Ordinal);
        var groups = string.Join(" ", request.User.Groups.Select(g => $"\"{g}\""));
        var text = $"{prefix}user \"{request.User.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not "
            + $"currently held:\n{string.Join("\n", lines)}";
        throw Forbidden(request, error.Length == 0 ? text : $"{text}; resolution errors: [{error}]");
    }

    private static List<V1PolicyRule> Rules(JsonNode? rules) =>
        [.. Items(rules).Select(r => KubeJson.Deserialize<V1PolicyRule>(r))];
}
