using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Rbac;

/// <summary>RoleBindings and ClusterRoleBindings: https://kubernetes.io/docs/reference/access-authn-authz/rbac/</summary>
internal sealed class RoleBindingResource : ResourceStrategy
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        DefaultGroup(obj.Child("roleRef"));
        foreach (var subject in obj.Items("subjects").Where(s => s.Text("kind") is "User" or "Group"))
        {
            DefaultGroup(subject);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.PathSegment(name, prefix);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        RoleRules.ValidateBinding(obj, context.Resource.Namespaced, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        errors.Immutable(FieldPath.Of("roleRef"), obj["roleRef"], old["roleRef"], "cannot change roleRef");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Role", "The role that it grants", o => $"{o.Text("roleRef.kind")}/{o.Text("roleRef.name")}"),
        Columns.Age,
        Columns.Wide("Users", "Users who have the role", o => Subjects(o, "User")),
        Columns.Wide("Groups", "Groups that have the role", o => Subjects(o, "Group")),
        Columns.Wide("ServiceAccounts", "ServiceAccounts that have the role", o => Subjects(o, "ServiceAccount")),
    ];

    private static void DefaultGroup(JsonObject? reference)
    {
        if (reference is not null && reference.Text("apiGroup").Length == 0)
        {
            reference["apiGroup"] = Group;
        }
    }

    private static string Subjects(JsonObject binding, string kind) => string.Join(
        ", ", binding.Items("subjects").Where(s => s.Text("kind") == kind).Select(s => kind == "ServiceAccount"
            ? $"{s.Text("namespace")}/{s.Text("name")}"
            : s.Text("name")));
}
