using Kube1.Api.Models;
using Kube1.Storage;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>
/// RBAC over the store: each question first takes in the roles and bindings that have been written since the last one.
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/
/// </summary>
internal sealed class RbacAuthorizer(Store store) : StoreFollower(
    store, ClusterRoles, Roles, ClusterRoleBindings, RoleBindings), IAuthorizer
{
    private const string ClusterRoles = "clusterroles.rbac.authorization.k8s.io";
    private const string Roles = "roles.rbac.authorization.k8s.io";
    private const string ClusterRoleBindings = "clusterrolebindings.rbac.authorization.k8s.io";
    private const string RoleBindings = "rolebindings.rbac.authorization.k8s.io";

    private RbacPolicy _building = new();
    private volatile RbacPolicy _policy = new();

    /// <inheritdoc/>
    public AuthorizationDecision Authorize(AuthorizationAttributes attributes) => Current().Decide(attributes);

    /// <summary>The rules that a user has in a namespace, and what went wrong in finding them.</summary>
    public (List<V1PolicyRule> Rules, string Error) RulesFor(UserInfo user, string ns) => Current().RulesFor(user, ns);

    /// <summary>The rules of a role or cluster role; null when it does not exist.</summary>
    public IReadOnlyList<V1PolicyRule>? RulesOf(string kind, string ns, string name)
    {
        var key = kind == "ClusterRole" ? RbacPolicy.ClusterRoleKey(name) : RbacPolicy.RoleKey(ns, name);
        return Current().RulesOf(key);
    }

    /// <inheritdoc/>
    protected override void Reset() => _building = new RbacPolicy();

    /// <inheritdoc/>
    protected override void Publish() => _policy = _building;

    /// <inheritdoc/>
    protected override void Put(string collection, StoredEntry entry, StoredEntry? previous)
    {
        var json = entry.Value.Span;
        switch (collection)
        {
            case ClusterRoles:
                _building.SetRole(RbacPolicy.ClusterRoleKey(entry.Key), KubeJson.Deserialize<V1ClusterRole>(json).Rules);
                break;
            case Roles:
                _building.SetRole(entry.Key, KubeJson.Deserialize<V1Role>(json).Rules);
                break;
            case ClusterRoleBindings:
                _building.SetBinding(RbacBinding.Of(KubeJson.Deserialize<V1ClusterRoleBinding>(json)));
                break;
            default:
                _building.SetBinding(RbacBinding.Of(KubeJson.Deserialize<V1RoleBinding>(json)));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Remove(string collection, StoredEntry entry)
    {
        switch (collection)
        {
            case ClusterRoles:
                _building.RemoveRole(RbacPolicy.ClusterRoleKey(entry.Key));
                break;
            case Roles:
                _building.RemoveRole(entry.Key);
                break;
            case ClusterRoleBindings:
                _building.RemoveBinding("/" + entry.Key);
                break;
            default:
                _building.RemoveBinding(entry.Key);
                break;
        }
    }

    private RbacPolicy Current()
    {
        CatchUp();
        return _policy;
    }
}
