import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;

/** Prints each breach of the OWL 2 DL profile in a file: its kind, a tabulator, what it is. */
class Profile {
    public static void main(String[] arguments) throws Exception {
        OWLOntology ontology = OWLManager.createOWLOntologyManager()
            .loadOntologyFromOntologyDocument(new File(arguments[0]));
        for (OWLProfileViolation breach : new OWL2DLProfile().checkOntology(ontology).getViolations()) {
            String text = breach.toString().replace('\n', ' ');
            System.out.println(breach.getClass().getSimpleName() + "\t" + text);
        }
    }
}
