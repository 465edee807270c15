using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Rbac;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>
/// For every bootstrap role and group: what it may do is what the table says, and nothing else, on a running server. The
/// authorizer of that server is asked everything there is in the table of everybody; a review through the API, all that is
/// allowed and a sample of what is not.
/// </summary>
public sealed class AuthorizationMatrixTests
{
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1/";
    private const string Reviews = "apis/authorization.k8s.io/v1/subjectaccessreviews";

    /// <summary>Beyond the verbs of requests: those that only an authorizer is ever asked for.</summary>
    private static readonly string[] Verbs =
    [
        "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate", "bind",
        "approve", "sign", "attest", "proxy", "use",
    ];

    /// <summary>What no role of the table but those with "*" may touch.</summary>
    private static readonly (string Group, string Resource)[] Strange =
    [
        ("example.com", "widgets"), ("example.com", "widgets/scale"), ("apiextensions.k8s.io", "customresourcedefinitions"),
        ("rbac.authorization.k8s.io", "clusterrolebindings"), ("", "nodes/proxy"), ("", "users"), ("", "groups"),
        ("apiregistration.k8s.io", "apiservices"), ("authentication.k8s.io", "userextras/scopes"),
    ];

    private static readonly IReadOnlyDictionary<string, List<MatrixRow>> Table = MatrixTable.Load();

    private SecureCluster _cluster = null!;
    private IAuthorizer _authorizer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        _authorizer = _cluster.Security.Authorizer;
        await _cluster.CreateAsync("api/v1/namespaces", """{"metadata":{"name":"team"}}""");
        foreach (var subject in Table.Keys.Where(s => s.StartsWith("role:")))
        {
            await BindAsync(subject);
        }
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    private static IEnumerable<string> Subjects => Table.Keys;

    [TestCaseSource(nameof(Subjects))]
    public void Authorize_EverythingThatAnybodyMayDo_IsAsTheTableSays(string subject)
    {
        var wrong = new List<string>();
        foreach (var question in Questions(subject))
        {
            var expected = Expects(subject, question);
            if (_authorizer.Authorize(question).Allowed != expected)
            {
                wrong.Add($"{(expected ? "denied" : "allowed")}: {Describe(question)}");
            }
        }

        Assert.That(wrong, Is.Empty, subject);
    }

    [TestCaseSource(nameof(Subjects))]
    public async Task SubjectAccessReview_AllowedAndDenied_AsTheTableSays(string subject)
    {
        var (allowed, denied) = (0, 0);
        foreach (var question in Sample(subject))
        {
            var expected = Expects(subject, question);
            var (code, answer) = await _cluster.Admin.SendAsync("POST", Reviews, Review(question).ToJsonString());
            Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
            Assert.That(
                answer.Text("status.allowed"), Is.EqualTo(expected ? "true" : "false"), $"{subject}: {Describe(question)}");
            _ = expected ? allowed++ : denied++;
        }

        Assert.That(allowed, Is.Positive);
        Assert.That(denied, subject is "group:system:masters" or "role:cluster-admin" ? Is.Zero : Is.Positive);
    }

    [Test]
    public void Table_Subjects_AreAllOfThePolicy()
    {
        var policy = BootstrapPolicy.Load();
        var bound = policy.ClusterRoleBindings.SelectMany(b => (b.Subjects ?? []).Select(s => Name(s.Kind, s.Namespace, s.Name)))
            .Concat(policy.RoleBindings.SelectMany(b =>
                (b.Subjects ?? []).Select(s => Name(s.Kind, s.Namespace, s.Name) + "@" + b.Metadata.Namespace)))
            .Distinct().Where(s => !Table.ContainsKey(s)).ToList();
        var roles = policy.ClusterRoles.Select(r => r.Metadata.Name!)
            .Where(r => !policy.ClusterRoleBindings.Exists(b => b.RoleRef.Name == r && b.Subjects is { Count: > 0 })
                && !r.StartsWith("system:aggregate-to-"))
            .Where(r => !Table.ContainsKey("role:" + r) && !Table.ContainsKey($"role:{r}@team")).ToList();

        // In kube1 all controllers share this user: the sum of theirs.
        Assert.That(bound, Is.EquivalentTo((string[])
            ["user:system:kube-controller-manager", "user:system:kube-controller-manager@kube-system"]));
        Assert.That(roles, Is.Empty);
    }

    [Test]
    public void Authorize_ControllerManager_MayWhatItsRoleAndTheControllersMay()
    {
        var user = new UserInfo("system:kube-controller-manager");
        var rows = Table.Where(t => t.Key == "role:system:kube-controller-manager" || t.Key.StartsWith("sa:kube-system/"))
            .Where(t => !t.Key.Contains('@') && !t.Key.EndsWith("kube-dns")).SelectMany(t => t.Value).ToList();
        var wrong = Questions("user:system:kube-controller-manager").Select(q => q with { User = user })
            .Where(q => _authorizer.Authorize(q).Allowed != rows.Exists(r => r.Allows(q))).Select(Describe);

        Assert.That(wrong, Is.Empty);
    }

    private static string Name(string kind, string? ns, string name) => kind switch
    {
        "Group" => "group:" + name,
        "User" => "user:" + name,
        _ => $"sa:{ns}/{name}",
    };

    /// <summary>A subject that holds in one namespace may do the same nowhere else, but for what it holds everywhere.</summary>
    private static bool Expects(string subject, AuthorizationAttributes question)
    {
        var at = subject.IndexOf('@');
        if (at < 0 || question.Namespace == subject[(at + 1)..])
        {
            return Table[subject].Exists(r => r.Allows(question));
        }

        return Table.GetValueOrDefault(subject[..at], []).Exists(r => r.Allows(question));
    }

    private static IEnumerable<AuthorizationAttributes> Questions(string subject)
    {
        var user = UserOf(subject);
        var resources = Table.Values.SelectMany(rows => rows).SelectMany(r => r.Groups.SelectMany(g => r.Resources.Select(n => (g, n))))
            .Where(p => p.g != "*" && !p.n.StartsWith('*')).Concat(Strange).Distinct().ToList();
        string[] names = ["", "some", .. Table.Values.SelectMany(rows => rows).SelectMany(r => r.Names).Distinct()];
        foreach (var (group, resource) in resources)
        {
            // Few rules look at names: all of them are asked for where one does.
            var isNamed = Table.Values.Any(rows => rows.Exists(
                r => r.Names.Length > 0 && r.Groups.Contains(group) && r.Resources.Contains(resource)));
            foreach (var name in isNamed ? names : names[..1])
            {
                foreach (var verb in Verbs)
                {
                    foreach (var ns in NamespacesOf(subject))
                    {
                        yield return Resource(user, verb, group, resource, name, ns);
                    }
                }
            }
        }

        var paths = Table.Values.SelectMany(rows => rows).SelectMany(r => r.Paths).Distinct();
        foreach (var path in paths.Select(p => p.Replace("*", "x/y")).Concat(["/", "/logs", "/debug/pprof", "/metrics/cadvisor"]))
        {
            yield return new AuthorizationAttributes { User = user, Verb = "get", Path = path };
            yield return new AuthorizationAttributes { User = user, Verb = "post", Path = path };
        }
    }

    /// <summary>Each line's first verb and resource, and the same with a verb and in a place that others have.</summary>
    private static IEnumerable<AuthorizationAttributes> Sample(string subject)
    {
        var user = UserOf(subject);
        var ns = NamespacesOf(subject)[0];
        foreach (var row in Table[subject])
        {
            if (row.Paths.Length > 0)
            {
                yield return new AuthorizationAttributes { User = user, Verb = "get", Path = row.Paths[0].Replace("*", "x") };
                yield return new AuthorizationAttributes { User = user, Verb = "delete", Path = row.Paths[0].Replace("*", "x") };
                continue;
            }

            var group = row.Groups[0] == "*" ? "example.com" : row.Groups[0];
            var resource = row.Resources[0].Replace("*", "widgets");
            var name = row.Names.FirstOrDefault("");
            var verb = row.Verbs[0] == "*" ? "get" : row.Verbs[0];
            yield return Resource(user, verb, group, resource, name, ns);
            yield return Resource(user, "bind", group, resource, name, ns);
            yield return Resource(user, verb, "other.example.com", resource + "/strange", name, ns);
        }
    }

    private static string[] NamespacesOf(string subject)
    {
        var at = subject.IndexOf('@');
        return at < 0 ? ["", "team"] : [subject[(at + 1)..], "default", ""];
    }

    private static AuthorizationAttributes Resource(
        UserInfo user, string verb, string group, string resource, string name, string ns)
    {
        var parts = resource.Split('/', 2);
        return new AuthorizationAttributes
        {
            User = user,
            Verb = verb,
            ApiGroup = group,
            ApiVersion = "*",
            Resource = parts[0],
            Subresource = parts.Length > 1 ? parts[1] : "",
            Name = name,
            Namespace = ns,
            IsResourceRequest = true,
        };
    }

    private static UserInfo UserOf(string subject)
    {
        var at = subject.IndexOf('@');
        var who = at < 0 ? subject : subject[..at];
        return who.Split(':', 2) switch
        {
            ["group", var group] => new UserInfo("somebody") { Groups = [group] },
            ["user", var user] => new UserInfo(user),
            ["sa", var account] => new UserInfo("system:serviceaccount:" + account.Replace('/', ':')),
            _ => new UserInfo("holder of " + subject),
        };
    }

    private static JsonObject Review(AuthorizationAttributes question)
    {
        var spec = new JsonObject
        {
            ["user"] = question.User.Name,
            ["groups"] = new JsonArray([.. question.User.Groups.Select(g => (JsonNode)g)]),
        };
        if (question.IsResourceRequest)
        {
            spec["resourceAttributes"] = new JsonObject
            {
                ["verb"] = question.Verb, ["group"] = question.ApiGroup, ["resource"] = question.Resource,
                ["subresource"] = question.Subresource, ["name"] = question.Name, ["namespace"] = question.Namespace,
            };
        }
        else
        {
            spec["nonResourceAttributes"] = new JsonObject { ["verb"] = question.Verb, ["path"] = question.Path };
        }

        return new JsonObject { ["spec"] = spec };
    }

    private static string Describe(AuthorizationAttributes q) => q.IsResourceRequest
        ? $"{q.Verb} {q.ApiGroup}/{q.Resource}/{q.Subresource} \"{q.Name}\" in \"{q.Namespace}\""
        : $"{q.Verb} {q.Path}";

    private async Task BindAsync(string subject)
    {
        var user = UserOf(subject).Name;
        var at = subject.IndexOf('@');
        var role = at < 0 ? subject["role:".Length..] : subject["role:".Length..at];
        var collection = Rbac + (at < 0 ? "clusterrolebindings" : $"namespaces/{subject[(at + 1)..]}/rolebindings");
        await _cluster.CreateAsync(collection, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "matrix-" + role },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = role },
            ["subjects"] = new JsonArray(new JsonObject
            {
                ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user,
            }),
        }.ToJsonString());
    }
}
