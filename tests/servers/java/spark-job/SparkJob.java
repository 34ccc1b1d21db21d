import org.apache.spark.sql.SparkSession;

/** Counts the equal lines of text files: SparkJob INPUT OUTPUT. */
public class SparkJob {
    public static void main(String[] arguments) {
        SparkSession spark = SparkSession.builder().getOrCreate();
        spark.read().text(arguments[0]).createOrReplaceTempView("lines");
        spark.sql("SELECT value, count(*) FROM lines GROUP BY value").coalesce(1).write().csv(arguments[1]);
        spark.stop();
    }
}
