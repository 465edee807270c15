using System.Security.Cryptography.X509Certificates;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;

namespace Kube1.Cmd.Roles;

/// <summary>
/// How a node's parts reach the cluster: in process on a server, over HTTPS on an agent. <paramref name="Informers"/>
/// serve the Service proxy and DNS. <paramref name="Background"/> is what must run beside them, such as the renewal of
/// certificates.
/// </summary>
internal sealed record NodeAccess(
    KubeClient Kubelet, InformerSet Informers, Func<X509Certificate2> ServingCertificate,
    X509Certificate2Collection ClientCas, IReadOnlyList<IController> Background);
