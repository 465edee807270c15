using System.Reflection;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>
/// The roles and bindings that every cluster starts with, read from the embedded table bootstrap-policy.tsv.
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
/// </summary>
internal sealed class BootstrapPolicy
{
    /// <summary>"false" on an object keeps the reconciliation away from it.</summary>
    public const string AutoUpdateAnnotation = "rbac.authorization.kubernetes.io/autoupdate";

    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>Cluster roles in the table's order.</summary>
    public List<V1ClusterRole> ClusterRoles { get; } = [];

    /// <summary>Roles in kube-system and kube-public.</summary>
    public List<V1Role> Roles { get; } = [];

    /// <summary>Bindings of cluster roles to users and groups.</summary>
    public List<V1ClusterRoleBinding> ClusterRoleBindings { get; } = [];

    /// <summary>Bindings in kube-system and kube-public.</summary>
    public List<V1RoleBinding> RoleBindings { get; } = [];

    /// <summary>Reads the table: once a start, so it is not kept.</summary>
    public static BootstrapPolicy Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("bootstrap-policy.tsv")!;
        using var reader = new StreamReader(stream);
        var policy = new BootstrapPolicy();
        List<V1PolicyRule> rules = [];
        List<Rbacv1Subject> subjects = [];
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split('\t');
            switch (cells[0])
            {
                case "role":
                    policy.AddRole(cells, rules = []);
                    break;
                case "rule":
                    rules.Add(Rule(cells));
                    break;
                case "binding":
                    policy.AddBinding(cells, subjects = []);
                    break;
                case "subject":
                    subjects.Add(Subject(cells));
                    break;
                default:
                    continue;
            }
        }

        policy.AddControllerManager();
        return policy;
    }

    /// <summary>
    /// In a kube1 server all controllers share one client, whose user is system:kube-controller-manager: it gets what
    /// upstream gives to the controllers' ServiceAccounts one by one, and no more.
    /// </summary>
    private void AddControllerManager()
    {
        var rules = ClusterRoles.Where(r => r.Metadata.Name!.StartsWith("system:controller:", StringComparison.Ordinal)
                || r.Metadata.Name == "kube1:kubelet-serving-approver")
            .SelectMany(r => r.Rules!)
            .DistinctBy(r => KubeJson.ToJson(r).ToJsonString())
            .ToList();
        ClusterRoles.Add(new V1ClusterRole { Metadata = Metadata("", "kube1:controller-manager", ""), Rules = rules });
        ClusterRoleBindings.Add(new V1ClusterRoleBinding
        {
            Metadata = Metadata("", "kube1:controller-manager", ""),
            RoleRef = new V1RoleRef { ApiGroup = Group, Kind = "ClusterRole", Name = "kube1:controller-manager" },
            Subjects = [new Rbacv1Subject { Kind = "User", ApiGroup = Group, Name = "system:kube-controller-manager" }],
        });
    }

    private void AddRole(string[] cells, List<V1PolicyRule> rules)
    {
        var metadata = Metadata(cells[1], cells[2], cells[3]);
        if (cells[1].Length > 0)
        {
            Roles.Add(new V1Role { Metadata = metadata, Rules = rules });
            return;
        }

        var role = new V1ClusterRole { Metadata = metadata, Rules = rules };
        if (cells[4].Length > 0)
        {
            var labels = new Dictionary<string, string>(StringComparer.Ordinal) { [cells[4]] = "true" };
            role.AggregationRule = new V1AggregationRule { ClusterRoleSelectors = [new V1LabelSelector { MatchLabels = labels }] };
        }

        ClusterRoles.Add(role);
    }

    private void AddBinding(string[] cells, List<Rbacv1Subject> subjects)
    {
        var metadata = Metadata(cells[1], cells[2], "");
        var role = new V1RoleRef { ApiGroup = Group, Kind = cells[3], Name = cells[4] };
        if (cells[1].Length > 0)
        {
            RoleBindings.Add(new V1RoleBinding { Metadata = metadata, RoleRef = role, Subjects = subjects });
        }
        else
        {
            ClusterRoleBindings.Add(new V1ClusterRoleBinding { Metadata = metadata, RoleRef = role, Subjects = subjects });
        }
    }

    private static V1ObjectMeta Metadata(string ns, string name, string label)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kubernetes.io/bootstrapping"] = "rbac-defaults",
        };
        if (label.Length > 0)
        {
            labels[label] = "true";
        }

        return new V1ObjectMeta
        {
            Name = name,
            Namespace = ns.Length == 0 ? null : ns,
            Labels = labels,
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [AutoUpdateAnnotation] = "true" },
        };
    }

    private static V1PolicyRule Rule(string[] cells) => new()
    {
        Verbs = List(cells[1]) ?? [],
        ApiGroups = List(cells[2])?.ConvertAll(g => g == "-" ? "" : g),
        Resources = List(cells[3]),
        ResourceNames = List(cells[4]),
        NonResourceURLs = List(cells[5]),
    };

    private static Rbacv1Subject Subject(string[] cells)
    {
        if (cells[1] != "ServiceAccount")
        {
            return new Rbacv1Subject { Kind = cells[1], ApiGroup = Group, Name = cells[2] };
        }

        var parts = cells[2].Split('/');
        return new Rbacv1Subject { Kind = cells[1], Namespace = parts[0], Name = parts[1] };
    }

    private static List<string>? List(string cell) => cell.Length == 0 ? null : [.. cell.Split(',')];
}
