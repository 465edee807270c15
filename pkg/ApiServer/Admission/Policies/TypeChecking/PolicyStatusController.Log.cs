using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Admission.Policies.TypeChecking;

internal sealed partial class PolicyStatusController
{
    [LoggerMessage(Level = LogLevel.Error, Message = "the status of the ValidatingAdmissionPolicy {Name} could not be kept")]
    private partial void LogFailed(Exception exception, string name);
}
