using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd;

/// <summary>
/// kubectl, Helm and the Node client come before the first cluster: what a registry needs is not part of any test's time,
/// and no test's network can be in its way.
/// </summary>
[SetUpFixture]
public sealed class ClientPrograms
{
    [OneTimeSetUp]
    public async Task FetchAsync()
    {
        await KubectlPackage.KubectlAsync();
        await NodePackage.PrepareAsync();
    }
}
