using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Admission.Plugins;
using Kube1.ApiServer.Auth;
using Kube1.Testing;
using Kube1.Tests.Auth;

namespace Kube1.Tests.Admission;

/// <summary>The account that pods get, and what it lets them have.</summary>
[TestFixture]
public sealed class ServiceAccountAdmissionTests
{
    [Test]
    public async Task ServiceAccount_NoAccount_RefusesInTimeWithUpstreamsText()
    {
        var time = new ManualTime();
        var refused = new ServiceAccount(time).AdmitAsync(Request(Pod("{}"), null, "", new FakeObjects()), default).AsTask();
        Assert.That(refused.IsCompleted, Is.False);
        await PassAsync(time, refused);

        Assert.That(
            () => refused,
            Throws.TypeOf<ApiException>().With.Message.EqualTo(
                "pods \"p\" is forbidden: error looking up service account ns/default: serviceaccount \"default\" not found"));
        Assert.That(time.GetUtcNow() - Began, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
    }

    [Test]
    public async Task ServiceAccount_DefaultIsMadeSoonAfterTheNamespace_PodWaitsForIt()
    {
        var time = new ManualTime();
        var objects = new FakeObjects();
        var pod = Pod("""{"containers":[{"name":"a"}]}""");
        var admitted = new ServiceAccount(time).AdmitAsync(Request(pod, null, "", objects), default).AsTask();
        objects.All.Add(Account());
        await PassAsync(time, admitted);
        await admitted;

        Assert.That((string)pod["spec"]!["serviceAccountName"]!, Is.EqualTo("default"));
    }

    [Test]
    public void ServiceAccount_AnotherAccountThatIsNotThere_IsRefusedAtOnce() => Assert.That(
        () => new ServiceAccount(new ManualTime()).AdmitAsync(
            Request(Pod("""{"serviceAccountName":"other"}"""), null, "", new FakeObjects()), default).AsTask(),
        Throws.TypeOf<ApiException>().With.Message.Contains("serviceaccount \"other\" not found"));

    [Test]
    public void ServiceAccount_PlainPod_GetsAccountAndTokenVolume()
    {
        var pod = Pod("""{"containers":[{"name":"a"}]}""");
        Run(new ServiceAccount(TimeProvider.System), pod, new FakeObjects(Account()));

        var spec = pod["spec"]!;
        var volume = spec["volumes"]![0]!;
        Assert.That((string)spec["serviceAccountName"]!, Is.EqualTo("default"));
        Assert.That((string)volume["name"]!, Does.Match("^kube-api-access-[a-z0-9]{5}$"));
        Assert.That((int)volume["projected"]!["sources"]![0]!["serviceAccountToken"]!["expirationSeconds"]!, Is.EqualTo(3607));
        Assert.That(
            (string)spec["containers"]![0]!["volumeMounts"]![0]!["mountPath"]!,
            Is.EqualTo("/var/run/secrets/kubernetes.io/serviceaccount"));
    }

    [Test]
    public void ServiceAccount_AutomountOff_AddsNoVolume()
    {
        var pod = Pod("""{"automountServiceAccountToken":false,"containers":[{"name":"a"}]}""");
        Run(new ServiceAccount(TimeProvider.System), pod, new FakeObjects(Account()));

        Assert.That(pod["spec"]!["volumes"], Is.Null);
    }

    [Test]
    public void Create_NoPullSecrets_TakesTheAccounts()
    {
        var account = Account();
        account.ImagePullSecrets = [new V1LocalObjectReference { Name = "registry" }];
        var pod = Pod("""{"containers":[{"name":"a"}]}""");
        Run(new ServiceAccount(TimeProvider.System), pod, new FakeObjects(account));

        Assert.That(pod["spec"]!["imagePullSecrets"]!.ToJsonString(), Is.EqualTo("""[{"name":"registry"}]"""));
    }

    [Test]
    public void Create_OwnPullSecrets_KeepsThem()
    {
        var account = Account();
        account.ImagePullSecrets = [new V1LocalObjectReference { Name = "registry" }];
        var pod = Pod("""{"imagePullSecrets":[{"name":"mine"}],"containers":[{"name":"a"}]}""");
        Run(new ServiceAccount(TimeProvider.System), pod, new FakeObjects(account));

        Assert.That(pod["spec"]!["imagePullSecrets"]!.ToJsonString(), Is.EqualTo("""[{"name":"mine"}]"""));
    }

    [Test]
    public void Create_ContainerMountsThePathItself_GetsNoSecondMount()
    {
        var pod = Pod(
            """
            {"containers":[{"name":"a","volumeMounts":[{"name":"v","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}]}
            """);
        Run(new ServiceAccount(TimeProvider.System), pod, new FakeObjects(Account()));

        Assert.That(pod["spec"]!["volumes"], Is.Null);
        Assert.That(pod["spec"]!["containers"]![0]!["volumeMounts"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [TestCase("""{"serviceAccountName":"x","containers":[]}""", "a mirror pod may not reference service accounts")]
    [TestCase("""{"volumes":[{"name":"v","secret":{"secretName":"s"}}],"containers":[]}""", "a mirror pod may not reference secrets")]
    [TestCase("""{"imagePullSecrets":[{"name":"s"}],"containers":[]}""", "a mirror pod may not reference secrets")]
    [TestCase(
        """{"containers":[{"name":"a","envFrom":[{"secretRef":{"name":"s"}}]}]}""", "a mirror pod may not reference secrets")]
    [TestCase(
        """{"volumes":[{"name":"v","csi":{"driver":"d","nodePublishSecretRef":{"name":"s"}}}],"containers":[]}""",
        "a mirror pod may not reference secrets")]
    [TestCase(
        """{"volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}],"containers":[]}""",
        "a mirror pod may not use ServiceAccountToken volume projections")]
    public void Create_MirrorPod_MayNotReachForMore(string spec, string why) => Assert.That(
        () => Run(
            new ServiceAccount(TimeProvider.System), Pod(spec, """{"annotations":{"kubernetes.io/config.mirror":"x"}}"""), new FakeObjects(Account())),
        Throws.TypeOf<ApiException>().With.Message.EqualTo($"pods \"p\" is forbidden: {why}"));

    [Test]
    public void Create_PlainMirrorPod_IsLeftAsItIs()
    {
        var pod = Pod("""{"containers":[{"name":"a"}]}""", """{"annotations":{"kubernetes.io/config.mirror":"x"}}""");
        Run(new ServiceAccount(TimeProvider.System), pod, new FakeObjects());

        Assert.That(pod["spec"]!.ToJsonString(), Is.EqualTo("""{"containers":[{"name":"a"}]}"""));
    }

    [TestCase(
        """{"volumes":[{"name":"v","secret":{"secretName":"other"}}],"containers":[]}""",
        "volume with secret.secretName=\"other\" is not allowed because service account default does not reference that secret")]
    [TestCase(
        """{"containers":[{"name":"a","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"other","key":"k"}}}]}]}""",
        "container a with envVar E referencing secret.secretName=\"other\" is not allowed because service account default does "
        + "not reference that secret")]
    [TestCase(
        """{"initContainers":[{"name":"i","envFrom":[{"secretRef":{"name":"other"}}]}],"containers":[]}""",
        "init container i with envFrom referencing secret.secretName=\"other\" is not allowed because service account default "
        + "does not reference that secret")]
    [TestCase(
        """{"imagePullSecrets":[{"name":"other"}],"containers":[]}""",
        "imagePullSecrets[0].name=\"other\" is not allowed because service account default does not reference that "
        + "imagePullSecret")]
    public void Create_AccountListsItsSecrets_OthersAreRefused(string spec, string why) => Assert.That(
        () => Run(new ServiceAccount(TimeProvider.System), Pod(spec), new FakeObjects(LimitedAccount())),
        Throws.TypeOf<ApiException>().With.Message.EqualTo($"pods \"p\" is forbidden: {why}"));

    [Test]
    public void Create_AccountListsItsSecrets_ThoseAreHad() => Assert.That(
        () => Run(
            new ServiceAccount(TimeProvider.System),
            Pod("""{"volumes":[{"name":"v","secret":{"secretName":"listed"}}],"containers":[{"name":"a"}]}"""),
            new FakeObjects(LimitedAccount())),
        Throws.Nothing);

    [Test]
    public void AddEphemeralContainer_AccountListsItsSecrets_OthersAreRefused()
    {
        var pod = Pod(
            """
            {"serviceAccountName":"default","containers":[{"name":"a"}],
            "ephemeralContainers":[{"name":"e","envFrom":[{"secretRef":{"name":"other"}}]}]}
            """);
        var request = Request(pod, Pod("""{"containers":[{"name":"a"}]}"""), "ephemeralcontainers", new FakeObjects(LimitedAccount()));
        var plugin = new ServiceAccount(TimeProvider.System);

        Assert.That(plugin.Handles(request), Is.True);
        Assert.That(
            () => plugin.ValidateAsync(request, default).AsTask(),
            Throws.TypeOf<ApiException>().With.Message.EqualTo(
                "pods \"p\" is forbidden: ephemeral container e with envFrom referencing secret.secretName=\"other\" is not "
                + "allowed because service account default does not reference that secret"));
    }

    private static DateTimeOffset Began { get; } = new ManualTime().GetUtcNow();

    // Each look that finds nothing sets the timer for the next one before the clock goes on.
    private static async Task PassAsync(ManualTime time, Task waited)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!waited.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            if (time.ArmedTimers > 0)
            {
                time.Advance(TimeSpan.FromMilliseconds(50));
            }

            await Task.Yield();
        }
    }

    private static V1ServiceAccount Account() => FakeObjects.Named(new V1ServiceAccount(), "ns", "default");

    private static V1ServiceAccount LimitedAccount()
    {
        var account = Account();
        account.Metadata.Annotations = new() { ["kubernetes.io/enforce-mountable-secrets"] = "true" };
        account.Secrets = [new V1ObjectReference { Name = "listed" }];
        return account;
    }

    private static JsonObject Pod(string spec, string metadata = "{}")
    {
        var pod = new JsonObject { ["metadata"] = JsonNode.Parse(metadata), ["spec"] = JsonNode.Parse(spec) };
        pod["metadata"]!["name"] = "p";
        pod["metadata"]!["namespace"] = "ns";
        return pod;
    }

    private static void Run(AdmissionPlugin plugin, JsonObject pod, FakeObjects objects)
    {
        var request = Request(pod, null, "", objects);
        Assert.That(plugin.Handles(request), Is.True);
        plugin.AdmitAsync(request, default).AsTask().GetAwaiter().GetResult();
        plugin.ValidateAsync(request, default).AsTask().GetAwaiter().GetResult();
    }

    private static AdmissionRequest Request(JsonObject pod, JsonObject? old, string subresource, FakeObjects objects) => new()
    {
        Operation = old is null ? AdmissionOperation.Create : AdmissionOperation.Update,
        Resource = ResourceCatalog.Find(new GroupVersionResource("", "v1", "pods"))!,
        Subresource = subresource,
        Namespace = "ns",
        Name = "p",
        User = UserInfo.ApiServer,
        Object = pod,
        OldObject = old,
        Objects = objects,
    };
}
