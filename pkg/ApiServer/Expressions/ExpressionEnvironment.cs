using Kube1.Cel;
using Kube1.Cel.Libraries.Kubernetes;

namespace Kube1.ApiServer.Expressions;

/// <summary>
/// What every CEL expression of the Kubernetes API may use, whatever it is about
/// (k8s.io/apiserver/pkg/cel/environment/base.go). Its libraries are listed in
/// <see cref="KubernetesEnvironment.Libraries"/>.
/// </summary>
internal static class ExpressionEnvironment
{
    /// <summary>The language, its standard library, and what Kubernetes adds.</summary>
    public static CelEnvironment Base => KubernetesEnvironment.Base;
}
