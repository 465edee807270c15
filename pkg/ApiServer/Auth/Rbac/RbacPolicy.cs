using System.Collections.Concurrent;
using System.Collections.Immutable;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>
/// The roles and bindings compiled for questions: bindings are found by their subjects and namespaces, so that an answer
/// costs the asker's own bindings and not all there are, and a change costs the subjects of one binding. One writer at a
/// time; readers take no lock, allocate nothing and see each binding whole.
/// </summary>
internal sealed class RbacPolicy
{
    private readonly ConcurrentDictionary<string, CompiledRole> _roles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SubjectGrants> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SubjectGrants> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RbacBinding> _bindings = new(StringComparer.Ordinal);

    public static string ClusterRoleKey(string name) => "/" + name;

    public static string RoleKey(string ns, string name) => ns + "/" + name;

    /// <summary>Adds or replaces a role.</summary>
    public void SetRole(string key, IEnumerable<V1PolicyRule>? rules) => _roles[key] = new CompiledRole(rules);

    /// <summary>Drops a role.</summary>
    public void RemoveRole(string key) => _roles.TryRemove(key, out _);

    /// <summary>Adds or replaces a binding.</summary>
    public void SetBinding(RbacBinding binding)
    {
        // New grants first, old ones after: nobody who keeps a right misses it in between.
        _bindings.TryGetValue(binding.Key, out var old);
        _bindings[binding.Key] = binding;
        foreach (var (subject, grant) in binding.Subjects)
        {
            var index = IndexOf(subject);
            index[subject.Name] = index.GetValueOrDefault(subject.Name, SubjectGrants.None).With(grant);
        }

        Withdraw(old);
    }

    /// <summary>Drops a binding.</summary>
    public void RemoveBinding(string key)
    {
        _bindings.Remove(key, out var old);
        Withdraw(old);
    }

    /// <summary>The rules of a role; null when there is none.</summary>
    public IReadOnlyList<V1PolicyRule>? RulesOf(string roleKey) => _roles.GetValueOrDefault(roleKey)?.Sources;

    /// <summary>
    /// Decides on a request: by the cluster-wide bindings first, then by those of its namespace. The reason of a refusal
    /// names roles that are bound but missing.
    /// </summary>
    public AuthorizationDecision Decide(AuthorizationAttributes request)
    {
        List<string>? missing = null;
        var found = Find(request, "", ref missing);
        if (found is null && request.IsResourceRequest && request.Namespace.Length > 0)
        {
            found = Find(request, request.Namespace, ref missing);
        }

        return found is not null
            ? new AuthorizationDecision(true, found.Reason)
            : new AuthorizationDecision(false, missing is null ? "" : "RBAC: " + Aggregate(missing));
    }

    /// <summary>The rules that a user has in a namespace, and what went wrong in finding them.</summary>
    public (List<V1PolicyRule> Rules, string Error) RulesFor(UserInfo user, string ns)
    {
        var rules = new List<V1PolicyRule>();
        var missing = new List<string>();
        Collect(user, "", rules, missing);
        if (ns.Length > 0)
        {
            Collect(user, ns, rules, missing);
        }

        return (rules, missing.Count == 0 ? "" : Aggregate(missing));
    }

    private SubjectBinding? Find(AuthorizationAttributes request, string ns, ref List<string>? missing)
    {
        if (_users.TryGetValue(request.User.Name, out var own) && Find(own.In(ns), request, ref missing) is { } mine)
        {
            return mine;
        }

        var groups = request.User.Groups;
        for (var i = 0; i < groups.Count; i++)
        {
            if (_groups.TryGetValue(groups[i], out var shared) && Find(shared.In(ns), request, ref missing) is { } ours)
            {
                return ours;
            }
        }

        return null;
    }

    private SubjectBinding? Find(
        ImmutableArray<SubjectBinding> grants, AuthorizationAttributes request, ref List<string>? missing)
    {
        // Many bindings to one role, such as a team's, ask it once.
        var asked = "";
        foreach (var grant in grants)
        {
            if (grant.RoleKey == asked)
            {
                continue;
            }

            asked = grant.RoleKey;
            if (!_roles.TryGetValue(grant.RoleKey, out var role))
            {
                (missing ??= []).Add(NotFound(grant.RoleKey));
            }
            else if (role.Allows(request))
            {
                return grant;
            }
        }

        return null;
    }

    private void Collect(UserInfo user, string ns, List<V1PolicyRule> rules, List<string> missing)
    {
        var own = _users.GetValueOrDefault(user.Name, SubjectGrants.None).In(ns);
        foreach (var grant in own.Concat(
            user.Groups.SelectMany(g => _groups.GetValueOrDefault(g, SubjectGrants.None).In(ns))))
        {
            if (_roles.TryGetValue(grant.RoleKey, out var found))
            {
                rules.AddRange(found.Sources);
            }
            else
            {
                missing.Add(NotFound(grant.RoleKey));
            }
        }
    }

    private ConcurrentDictionary<string, SubjectGrants> IndexOf(SubjectKey subject) => subject.IsGroup ? _groups : _users;

    private void Withdraw(RbacBinding? binding)
    {
        foreach (var (subject, grant) in binding?.Subjects ?? [])
        {
            var index = IndexOf(subject);
            if (!index.TryGetValue(subject.Name, out var grants))
            {
                continue;
            }

            var rest = grants.Without(grant);
            if (rest.IsEmpty)
            {
                index.TryRemove(subject.Name, out _);
            }
            else
            {
                index[subject.Name] = rest;
            }
        }
    }

    private static string NotFound(string roleKey) => roleKey[0] == '/'
        ? $"clusterrole.rbac.authorization.k8s.io \"{roleKey[1..]}\" not found"
        : $"role.rbac.authorization.k8s.io \"{roleKey[(roleKey.IndexOf('/', StringComparison.Ordinal) + 1)..]}\" not found";

    /// <summary>As apimachinery writes an aggregate of errors.</summary>
    private static string Aggregate(List<string> errors)
    {
        var distinct = errors.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 1 ? distinct[0] : "[" + string.Join(", ", distinct) + "]";
    }

    /// <summary>What one subject has, by namespace; immutable, so that readers need no lock.</summary>
    private sealed class SubjectGrants(ImmutableDictionary<string, ImmutableArray<SubjectBinding>> byNamespace)
    {
        public static SubjectGrants None { get; } = new(
            ImmutableDictionary.Create<string, ImmutableArray<SubjectBinding>>(StringComparer.Ordinal));

        public bool IsEmpty => byNamespace.IsEmpty;

        public ImmutableArray<SubjectBinding> In(string ns) => byNamespace.TryGetValue(ns, out var grants) ? grants : [];

        public SubjectGrants With(SubjectBinding grant) =>
            new(byNamespace.SetItem(grant.Namespace, In(grant.Namespace).Add(grant)));

        public SubjectGrants Without(SubjectBinding grant)
        {
            var rest = In(grant.Namespace).Remove(grant);
            return new(rest.IsEmpty ? byNamespace.Remove(grant.Namespace) : byNamespace.SetItem(grant.Namespace, rest));
        }
    }
}
