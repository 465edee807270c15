using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>Whom a binding names, as authentication calls them: a user or a group.</summary>
internal readonly record struct SubjectKey(bool IsGroup, string Name)
{
    /// <summary>Null for a subject that can match nobody.</summary>
    public static SubjectKey? Of(Rbacv1Subject subject, string bindingNamespace) => subject.Kind switch
    {
        "User" => new SubjectKey(false, subject.Name),
        "Group" => new SubjectKey(true, subject.Name),
        "ServiceAccount" when NamespaceOf(subject, bindingNamespace) is { Length: > 0 } ns =>
            new SubjectKey(false, $"system:serviceaccount:{ns}:{subject.Name}"),
        _ => null,
    };

    public static string NamespaceOf(Rbacv1Subject subject, string bindingNamespace) =>
        string.IsNullOrEmpty(subject.Namespace) ? bindingNamespace : subject.Namespace;
}

/// <summary>One subject of one binding: the unit that the index holds.</summary>
internal sealed record SubjectBinding(string BindingKey, string Namespace, string RoleKey, string Reason);

/// <summary>A binding, taken apart by its subjects.</summary>
internal sealed class RbacBinding
{
    private RbacBinding(string key, IReadOnlyList<KeyValuePair<SubjectKey, SubjectBinding>> subjects)
    {
        Key = key;
        Subjects = subjects;
    }

    /// <summary>"namespace/name", or "/name" for a ClusterRoleBinding.</summary>
    public string Key { get; }

    /// <summary>The bindings by <see cref="SubjectKey"/>.</summary>
    public IReadOnlyList<KeyValuePair<SubjectKey, SubjectBinding>> Subjects { get; }

    public static RbacBinding Of(V1ClusterRoleBinding binding) =>
        Make("", binding.Metadata.Name ?? "", binding.RoleRef, binding.Subjects);

    public static RbacBinding Of(V1RoleBinding binding) =>
        Make(binding.Metadata.Namespace ?? "", binding.Metadata.Name ?? "", binding.RoleRef, binding.Subjects);

    private static RbacBinding Make(string ns, string name, V1RoleRef role, List<Rbacv1Subject>? subjects)
    {
        var key = ns + "/" + name;
        var roleKey = role.Kind == "ClusterRole" ? RbacPolicy.ClusterRoleKey(role.Name) : RbacPolicy.RoleKey(ns, role.Name);
        var list = new List<KeyValuePair<SubjectKey, SubjectBinding>>();
        foreach (var subject in subjects ?? [])
        {
            if (SubjectKey.Of(subject, ns) is { } subjectKey)
            {
                var who = subject.Kind == "ServiceAccount"
                    ? $"ServiceAccount \"{subject.Name}/{SubjectKey.NamespaceOf(subject, ns)}\""
                    : $"{subject.Kind} \"{subject.Name}\"";
                var what = ns.Length == 0 ? $"ClusterRoleBinding \"{name}\"" : $"RoleBinding \"{name}/{ns}\"";
                list.Add(new(subjectKey, new SubjectBinding(
                    key, ns, roleKey, $"RBAC: allowed by {what} of {role.Kind} \"{role.Name}\" to {who}")));
            }
        }

        return new RbacBinding(key, list);
    }
}
