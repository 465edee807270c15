using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Rbac;

/// <summary>Roles and ClusterRoles: https://kubernetes.io/docs/reference/access-authn-authz/rbac/</summary>
internal sealed class RoleResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.PathSegment(name, prefix);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        RoleRules.Validate(obj, context.Resource.Namespaced, errors);
}
